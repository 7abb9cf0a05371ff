//! squall's files.

use bench_servers::{folder, text::Text};
use squall::{Application, Files, Options, routes};

#[squall::main]
async fn main() -> squall::Result<()> {
    Application::new(routes![Text, "/static/{*path}" => Files::new(folder())])
        .serve(Options::parse())
        .await
}
