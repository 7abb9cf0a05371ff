use squall::{handler, routes};

#[handler]
#[route("/stories/{title}")]
struct Story {
    title: String,
}

#[handler]
impl Story {
    async fn get(&self) -> &str {
        &self.title
    }

    fn post(&self) -> &'static str {
        "posted"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url("a");
}
