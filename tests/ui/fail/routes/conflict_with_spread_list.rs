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

    pub const ROUTES: squall::Routes = routes![Story];
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

const ALL: squall::Routes = routes![..stories::ROUTES, StoryBySlug];

fn main() {
    let _ = ALL;
}
