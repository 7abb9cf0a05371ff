//! A chat: `cargo run -p chat -- --port 8904`, then open <http://127.0.0.1:8904/> in two windows.
//!
//! Whoever opens a room is in it, under a name of his choice; nobody proves to be who he says. All is in the memory of the process: of each room
//! the last 256 messages, for as long as somebody is there and an hour longer.
//!
//! # How a message goes
//!
//! The page gives each message an id, and keeps it until it hears that id back from the room. Until then it sends it again after whatever went
//! wrong; [`rooms`] sees to it that an id is published once. What is said comes by a WebSocket, an event stream or long polls, with a cursor
//! behind each message, by which one that was away gets what it has missed. [`live`] has these.
//!
//! # Where things are
//!
//! [`talk`] says what a message, a name and the name of a room may be, [`here`] who asks and how long he is there, [`pages`] has the pages, which
//! are in the folder `templates`. What they do when they are open is in `static`: `room.js` and what it imports.

use std::time::Duration;

use squall::{Application, Options, files::Files, hub::Hub, routes};

use crate::{pages::Site, rooms::Rooms, talk::Talk};

mod here;
mod live;
mod pages;
mod rooms;
mod talk;

const ALL: squall::Routes = routes![
    ..pages::ROUTES,
    ..live::ROUTES,
    "/static/{*path}" => Files::new("static"),
    "/favicon.ico" => Files::new("static"),
    "/robots.txt" => Files::new("static"),
];

/// The rooms as the program has them. Whoever loads a page anew, or polls, is back within the time of grace, and was never away.
fn hub() -> Hub<Talk> {
    Hub::new()
        .max_topics(1_000)
        .max_members(500)
        .grace(Duration::from_secs(8))
}

fn app(hub: Hub<Talk>) -> Application {
    Application::new(ALL)
        .state(hub)
        .state(Rooms::default())
        .base::<Site>()
}

#[squall::main]
async fn main() -> squall::Result<()> {
    app(hub()).serve(Options::parse()).await
}

#[cfg(test)]
mod tests;
