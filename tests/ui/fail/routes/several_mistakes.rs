use squall::{Redirect, handler, routes};

#[handler]
#[route("/")]
struct Home;

#[handler]
impl Home {
    fn get(&self) -> &'static str {
        "here"
    }
}

#[handler]
#[route("/a")]
struct First;

#[handler]
impl First {
    fn get(&self) -> &'static str {
        "here"
    }
}

#[handler]
#[route("/a")]
struct Second;

#[handler]
impl Second {
    fn get(&self) -> &'static str {
        "here"
    }
}

const ALL: squall::Routes = routes![
    Home,
    First,
    Second,
    "about" => Redirect::permanent("/"),
    "/old",
    Home,
];

fn main() {
    let _ = ALL;
}
