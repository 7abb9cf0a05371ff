//! A page on squall.

use bench_servers::{TEXT, pages::Page};
use squall::{Application, Options, View, handler, routes};

#[handler]
#[route("/")]
struct Text;

#[handler]
impl Text {
    async fn get(&self) -> &'static str {
        TEXT
    }
}

#[handler]
#[route("/page")]
struct Show;

#[handler]
impl Show {
    async fn get(&self) -> View<Page> {
        View(Page::whole())
    }
}

#[squall::main]
async fn main() -> squall::Result<()> {
    Application::new(routes![Text, Show])
        .serve(Options::parse())
        .await
}
