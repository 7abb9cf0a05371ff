use squall::{handler, routes};

#[handler]
#[route("/stories/{id}", name = "story")]
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
#[route("/tales/{id}", name = "story")]
struct Tale {
    id: u64,
}

#[handler]
impl Tale {
    fn get(&self) -> &'static str {
        "here"
    }
}

const ALL: squall::Routes = routes![Story, Tale];

fn main() {
    let _ = ALL;
}
