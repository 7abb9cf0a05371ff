//! Every step in the life of a handler, printed as it is taken: `cargo run -p lifecycle -- --port 8902`.
//!
//! Then, beside it, one request after the other: `curl -i http://127.0.0.1:8902/answered`, and instead of `answered`
//!
//! * `answered?ticket=torn`: a field cannot be taken;
//! * `stopped`: `prepare` has the answer already;
//! * `refused`: `prepare` fails; `failed`: the method fails; `panicked`: it panics;
//! * `error-page`: the method fails, and so does the error page;
//! * `streamed`, with `curl -iN`: the answer comes in pieces; `broken`, likewise: it breaks off after the first;
//! * `slow`, with `curl -m 1`: the client leaves, and a `GET` is dropped where it stands;
//! * `slow`, with `curl -m 1 -X POST`: the client leaves, and a `POST` runs to its end;
//! * `nowhere`: no handler, but the base still writes the error page.
//!
//! The steps of [`Base`] come from its file, those of [`Journey`] from the other: a handler has the hooks of its base, then its own.

use squall::{Application, Options, Routes, routes};

use crate::{base::Base, journey::Journey, steps::Steps};

mod base;
mod journey;
mod steps;

const ROUTES: Routes = routes![Journey];

fn app(steps: Steps) -> Application {
    Application::new(ROUTES).state(steps).base::<Base>()
}

#[squall::main]
async fn main() -> squall::Result<()> {
    app(Steps::printed()).serve(Options::parse()).await
}

#[cfg(test)]
mod tests;
