//! The documents that the web is made of: `cargo run -p stories -- --port 8901`, then open <http://127.0.0.1:8901/>.
//!
//! Or ask for JSON: `curl -i -H 'accept: application/json' 'http://127.0.0.1:8901/stories?topic=websocket'`. Other requests to
//! try, with `-H 'content-type: application/json'`:
//!
//! * one: `/stories/9110`, and by its short name `/s/9110`; by an old one, which redirects: `/old/9110`;
//! * change: `-X PUT -d '{"title": "HTTP Semantics", "date": "2022-06", "status": "Internet Standard"}' /stories/9110`;
//! * delete: `-X DELETE /stories/9110`;
//! * create: `-d '{"number": 9999, "title": "A new one", "date": "2030-01", "status": "Experimental"}' /stories`;
//! * wrong: `/stories/x`, `/stories?page=x`, `/stories/%zz`, `-X PUT -d '{"title": 1}' /stories/9110`, `-X PATCH /stories/9110`.
//!
//! The handlers of a feature stand together with their routes: [`home`], [`stories`], [`admin`]. What they share is in
//! [`site`], how their pages are written in [`html`], what is kept in [`store`]. Nothing is written to disk.

use squall::{Application, Options, Redirect, routes};

use crate::{home::Page, site::Site, store::Db};

mod admin;
mod home;
mod html;
mod site;
mod store;
mod stories;

const ALL: squall::Routes = routes![
    ..home::ROUTES,
    ..stories::ROUTES,
    ..admin::ROUTES,
    "/about" => Page::init("About", include_str!("about.html")),
    "/old/{id}" => Redirect::permanent("/stories/{id}"),
    "/v1/{*path}" => Redirect::moved("/{path}"),
];

fn app(db: Db) -> Application {
    Application::new(ALL).state(db).base::<Site>()
}

#[squall::main]
async fn main() -> squall::Result<()> {
    app(Db::in_memory()).serve(Options::parse()).await
}

#[cfg(test)]
mod tests;
