use squall::{handler, routes};

use squall::http::HeaderMap;

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
}

#[handler]
impl Story {
    #[default_headers]
    async fn headers(&self, headers: &mut HeaderMap) {
        _ = headers;
    }

    fn post(&self) -> &'static str {
        "posted"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
}
