use squall::routes;

mod stories {
    use squall::{Routes, handler, routes};

    #[handler]
    #[route("/stories")]
    struct Stories;

    #[handler]
    impl Stories {
        fn get(&self) -> &'static str {
            "here"
        }
    }

    pub const ROUTES: Routes = routes![Stories];
}

const ALL: squall::Routes = routes![stories::ROUTES];

fn main() {
    let _ = ALL;
}
