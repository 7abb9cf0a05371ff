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
    #[prepare]
    async fn load(&mut self) {
        let shared = Rc::new(self.id);
        wait().await;
        self.id = *shared;
    }

    fn post(&self) -> &'static str {
        "posted"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
}
