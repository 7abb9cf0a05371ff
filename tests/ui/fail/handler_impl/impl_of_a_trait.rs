use squall::{handler, routes};

trait Get {
    fn get(&self) -> &'static str;
}

#[handler]
#[route("/stories")]
struct Story;

#[handler]
impl Get for Story {
    fn get(&self) -> &'static str {
        "story"
    }
}

fn main() {
    let _ = routes![Story];
    let _ = Story.get();
}
