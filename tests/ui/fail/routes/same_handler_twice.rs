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
#[route("/")]
struct Home;

#[handler]
impl Home {
    fn get(&self) -> &'static str {
        "here"
    }
}

const ALL: squall::Routes = routes![Story, Home, Story];

fn main() {
    let _ = ALL;
}
