use squall::{handler, routes};

use std::sync::Mutex;

static COUNT: Mutex<u64> = Mutex::new(0);

async fn wait() {}

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
}

#[handler]
impl Story {
    async fn get(&self) -> String {
        let count = COUNT.lock().unwrap();
        wait().await;
        count.to_string()
    }

    fn post(&self) -> &'static str {
        "posted"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
}
