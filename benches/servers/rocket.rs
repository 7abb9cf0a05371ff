//! Rocket on its own runtime. A release build logs errors only.

use bench_servers::{Message, RESOURCES, TEXT, resource, rocket_config};
use rocket::{get, routes, serde::json::Json};

fn main() -> Result<(), Box<rocket::Error>> {
    let rocket = rocket::custom(rocket_config()).mount("/", routes![text, object]);
    let rocket = (0..RESOURCES).fold(rocket, |rocket, number| {
        rocket.mount(resource(number), routes![id])
    });
    rocket::execute(rocket.launch()).map(drop).map_err(Box::new)
}

#[get("/")]
fn text() -> &'static str {
    TEXT
}

#[get("/json")]
fn object() -> Json<Message> {
    Json(Message::hello())
}

#[get("/<id>")]
fn id(id: u64) -> String {
    id.to_string()
}
