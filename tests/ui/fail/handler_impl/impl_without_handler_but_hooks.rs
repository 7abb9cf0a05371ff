use squall::{handler, routes};

#[handler]
#[route("/stories")]
struct Story;

impl Story {
    #[prepare]
    async fn load(&mut self) {}
}

fn main() {
    let _: String = Story::url();
}
