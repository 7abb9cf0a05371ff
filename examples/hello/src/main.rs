//! The smallest program: `cargo run -p hello -- --port 8888`, then `curl -i http://127.0.0.1:8888/`.

use squall::{Application, Options, handler, routes};

#[handler]
#[route("/")]
struct Hello;

#[handler]
impl Hello {
    async fn get(&self) -> &'static str {
        "Hello, world"
    }
}

#[squall::main]
async fn main() -> squall::Result<()> {
    Application::new(routes![Hello])
        .serve(Options::parse())
        .await
}

#[cfg(test)]
mod tests;
