//! squall's files.

use bench_servers::{TEXT, folder};
use squall::{Application, Files, Options, handler, routes};

#[handler]
#[route("/")]
struct Text;

#[handler]
impl Text {
    async fn get(&self) -> &'static str {
        TEXT
    }
}

#[squall::main]
async fn main() -> squall::Result<()> {
    Application::new(routes![Text, "/static/{*path}" => Files::new(folder())])
        .serve(Options::parse())
        .await
}
