use squall::{handler, routes};

use std::rc::Rc;

async fn wait() {}

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
}

#[handler]
impl Story {
    async fn get(&self) -> String {
        let shared = Rc::new(self.id);
        wait().await;
        shared.to_string()
    }

    fn post(&self) -> &'static str {
        "posted"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
}
