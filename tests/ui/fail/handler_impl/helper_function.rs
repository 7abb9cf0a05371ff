use squall::{handler, routes};

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
}

#[handler]
impl Story {
    fn get(&self) -> String {
        self.title()
    }

    fn title(&self) -> String {
        format!("story {}", self.id)
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
}
