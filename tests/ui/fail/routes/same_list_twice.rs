use squall::routes;

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

const ALL: squall::Routes = routes![..stories::ROUTES, ..stories::ROUTES];

fn main() {
    let _ = ALL;
}
