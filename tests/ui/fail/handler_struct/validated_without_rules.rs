use squall::{Query, handler, handler::Validated, routes};

use serde::Deserialize;

#[derive(Deserialize)]
struct Filter {
    words: String,
}

#[handler]
#[route("/stories")]
struct Stories {
    filter: Validated<Query<Filter>>,
}

#[handler]
impl Stories {
    fn get(&self) -> String {
        self.filter.words.clone()
    }
}

fn main() {
    let _ = routes![Stories];
    let _: String = Stories::url();
}
