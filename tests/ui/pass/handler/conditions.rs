//! What a `#[cfg]` leaves out is not there: its types need not exist.

use squall::{Routes, handler, handler::Outcome, routes};

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
    #[cfg(any())]
    db: Missing,
    #[cfg(any())]
    #[query(default = missing())]
    page: Missing,
    #[cfg(all())]
    #[query]
    order: Option<String>,
}

#[handler]
impl Story {
    #[cfg(any())]
    async fn get(&self, missing: Missing) -> Missing {
        missing
    }

    #[cfg(not(any()))]
    async fn get(&self) -> String {
        self.order.clone().unwrap_or_else(|| self.id.to_string())
    }

    #[cfg(any())]
    #[prepare]
    async fn load(&mut self) -> Missing {}

    #[cfg(any())]
    #[on_finish]
    fn record(&self, outcome: &missing::Outcome) {}

    #[cfg(all())]
    #[on_finish]
    fn record(&self, outcome: &Outcome) {
        _ = outcome;
    }
}

const ALL: Routes = routes![
    Story,
    #[cfg(any())]
    Missing,
    #[cfg(any())]
    ..missing::ROUTES,
    #[cfg(any())]
    "/missing" => Missing::init(),
];

fn main() {
    let _ = ALL;
    assert_eq!(Story::url(7), "/stories/7");
}
