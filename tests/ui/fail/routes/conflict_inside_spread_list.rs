use squall::{handler, routes};

mod stories {
    use squall::{handler, routes};

    #[handler]
    #[route("/stories/{id}")]
    struct Story {
        id: u64,
    }

    #[handler]
    impl Story {
        fn get(&self) -> &'static str {
            "here"
        }
    }

    #[handler]
    #[route("/stories/{slug}")]
    struct StoryBySlug {
        slug: String,
    }

    #[handler]
    impl StoryBySlug {
        fn get(&self) -> &'static str {
            "here"
        }
    }

    pub const ROUTES: squall::Routes = routes![Story, StoryBySlug];
}

#[handler]
#[route("/")]
struct Home;

#[handler]
impl Home {
    fn get(&self) -> &'static str {
        "here"
    }
}

const ALL: squall::Routes = routes![Home, ..stories::ROUTES];

fn main() {
    let _ = ALL;
}
