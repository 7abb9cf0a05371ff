use squall::{handler, routes};

use squall::handler::Outcome;

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
}

#[handler]
impl Story {
    #[on_finish]
    fn record(&self, outcome: &Outcome) -> u32 {
        _ = outcome;
        0
    }

    fn post(&self) -> &'static str {
        "posted"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
}
