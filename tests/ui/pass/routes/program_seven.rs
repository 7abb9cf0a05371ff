//! Program 7: old routes, and lists of other modules.

use squall::{Application, Redirect, Routes, handler, handler::Init, routes};

mod stories {
    use squall::{Routes, handler, routes};

    #[handler]
    #[route("/stories/{id}")]
    struct Story {
        id: u64,
    }

    #[handler]
    impl Story {
        fn get(&self) -> String {
            self.id.to_string()
        }
    }

    #[handler]
    #[route(regex = r"/(?<year>[0-9]{4})-(?<month>[0-9]{2})")]
    struct Month {
        year: u16,
        month: u8,
    }

    #[handler]
    impl Month {
        fn get(&self) -> String {
            format!("{} {}", self.year, self.month)
        }
    }

    pub(crate) const ROUTES: Routes = routes![Story, Month];
}

#[handler]
#[route("/")]
struct Home;

#[handler]
impl Home {
    fn get(&self) -> &'static str {
        "home"
    }
}

#[handler]
struct Page {
    name: Init<&'static str>,
    paragraphs: Init<Vec<String>>,
}

#[handler]
impl Page {
    fn get(&self) -> String {
        self.paragraphs.join(*self.name)
    }
}

const NONE: Routes = routes![];

const ALL: Routes = routes![
    Home,
    ..stories::ROUTES,
    ..NONE,
    "/about" => Page::init("about.html", vec!["about".to_owned()]),
    "/old/{id}" => Redirect::permanent("/stories/{id}"),
];

fn main() {
    let _ = Application::new(ALL);
}
