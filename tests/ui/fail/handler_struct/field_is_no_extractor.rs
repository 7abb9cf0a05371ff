use squall::{handler, routes};

struct Db;

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
    db: Db,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
}
