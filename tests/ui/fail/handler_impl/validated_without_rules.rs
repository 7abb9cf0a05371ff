use squall::{Json, handler, handler::Validated, routes};

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
    async fn put(&mut self, edit: Validated<Json<Edit>>) -> String {
        edit.title.clone()
    }

    fn post(&self) -> &'static str {
        "posted"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
}
