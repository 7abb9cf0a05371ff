use squall::{handler, routes};

#[handler]
#[route("/")]
struct Home;

#[handler]
impl Home {
    fn get(&self) -> &'static str {
        "here"
    }
}

mod stories {
    use squall::handler;

    #[handler]
    #[route("/stories")]
    pub struct Stories;

    #[handler]
    impl Stories {
        fn get(&self) -> &'static str {
            "here"
        }
    }
}

const ALL: squall::Routes = routes![Home, stories::];

fn main() {
    let _ = ALL;
}
