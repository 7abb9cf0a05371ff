//! A page on Rocket, rendered by hand.

use askama::Template;
use bench_servers::{TEXT, pages::Page, port_and_workers};
use rocket::{Config, get, http::Status, response::content::RawHtml, routes};

fn main() -> Result<(), Box<rocket::Error>> {
    let (port, workers) = port_and_workers();
    let config = Config {
        port,
        workers,
        ..Config::default()
    };
    let rocket = rocket::custom(config).mount("/", routes![text, page]);
    rocket::execute(rocket.launch()).map(drop).map_err(Box::new)
}

#[get("/")]
fn text() -> &'static str {
    TEXT
}

#[get("/page")]
fn page() -> Result<RawHtml<String>, Status> {
    let page = Page::whole().render();
    page.map(RawHtml).map_err(|_| Status::InternalServerError)
}
