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

impl Story {
    fn url(&self) -> String {
        format!("/stories/{}", self.id)
    }
}

fn main() {
    let _ = routes![Story];
}
