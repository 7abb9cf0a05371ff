use squall::{handler, routes};

#[handler]
#[route("/stories/{id}")]
#[route("/s/{id}")]
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
#[route("/short")]
#[route("/shorter")]
#[route("/s/{code}", name = "short")]
struct Short {
    #[path]
    code: Option<String>,
}

#[handler]
impl Short {
    fn get(&self) -> &'static str {
        "here"
    }
}

const ALL: squall::Routes = routes![Story, Short,];

fn main() {
    let _ = ALL;
}
