//! A page on Rocket, rendered by hand.

use askama::Template;
use bench_servers::{
    TEXT,
    pages::{Page, ROWS},
    rocket_config,
};
use rocket::{get, http::Status, response::content::RawHtml, routes};

fn main() -> Result<(), Box<rocket::Error>> {
    let rocket = rocket::custom(rocket_config()).mount("/", routes![text, page]);
    rocket::execute(rocket.launch()).map(drop).map_err(Box::new)
}

#[get("/")]
fn text() -> &'static str {
    TEXT
}

#[get("/page")]
fn page() -> Result<RawHtml<String>, Status> {
    let page = Page::of(ROWS).render();
    page.map(RawHtml).map_err(|_| Status::InternalServerError)
}
