use squall::{handler, routes};

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
}

#[handler]
impl Story {
    fn get(&self) -> String {
        self.
    }

    async fn post(&self) -> String {
        self.id.to_string()
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
    let _ = Story { id: 7 }.post();
}
