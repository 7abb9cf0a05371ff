use squall::routes;

mod a {
    use squall::handler;

    #[handler]
    #[route("/stories/{id}")]
    pub struct Story {
        id: u64,
    }

    #[handler]
    impl Story {
        fn get(&self) -> &'static str {
            "here"
        }
    }
}

mod b {
    use squall::handler;

    #[handler]
    #[route("/stories/{id}")]
    pub struct Story {
        id: u64,
    }

    #[handler]
    impl Story {
        fn get(&self) -> &'static str {
            "here"
        }
    }
}

const ALL: squall::Routes = routes![a::Story, b::Story];

fn main() {
    let _ = ALL;
}
