use squall::handler;

#[handler]
#[route("/stories/{id}/{page}")]
struct Story {
    id: u64,
    page: String,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = Story::url("seven", "a");
}
