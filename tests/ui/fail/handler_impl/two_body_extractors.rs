use squall::{Json, handler, routes};

use serde::Deserialize;

#[derive(Deserialize)]
struct Edit {
    title: String,
}

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
}

#[handler]
impl Story {
    async fn put(&mut self, text: String, edit: Json<Edit>) -> String {
        format!("{text} {}", edit.title)
    }

    fn post(&self) -> &'static str {
        "posted"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
}
