use std::cell::Cell;

use squall::{Context, Result, Routes, handler, handler::FromRequestParts, routes};

struct Counter(Cell<u32>);

impl FromRequestParts for Counter {
    async fn from_request_parts(_: &mut Context) -> Result<Self> {
        Ok(Self(Cell::new(0)))
    }
}

#[handler]
#[route("/pages")]
struct Page {
    counter: Counter,
}

#[handler]
impl Page {
    async fn get(&self) -> String {
        std::future::ready(()).await;
        self.counter.0.get().to_string()
    }

    async fn post(&self) -> String {
        self.counter.0.get().to_string()
    }

    fn put(&self) -> String {
        self.counter.0.get().to_string()
    }

    #[blocking]
    fn delete(&self) -> String {
        self.counter.0.get().to_string()
    }
}

const ROUTES: Routes = routes![Page];

fn main() {
    _ = ROUTES;
}
