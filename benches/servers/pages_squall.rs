//! A page on squall.

use bench_servers::{
    pages::{Page, ROWS},
    text::Text,
};
use squall::{Application, Options, View, handler, routes};

#[handler]
#[route("/page")]
struct Show;

#[handler]
impl Show {
    async fn get(&self) -> View<Page> {
        View(Page::of(ROWS))
    }
}

#[squall::main]
async fn main() -> squall::Result<()> {
    Application::new(routes![Text, Show])
        .serve(Options::parse())
        .await
}
