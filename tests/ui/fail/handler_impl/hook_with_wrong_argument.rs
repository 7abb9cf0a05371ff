use squall::{Context, handler, routes};

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
}

#[handler]
impl Story {
    #[on_finish]
    fn record(&self, cx: &mut Context) {
        _ = cx;
    }

    fn post(&self) -> &'static str {
        "posted"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
}
