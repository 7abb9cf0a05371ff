//! Pictures that anybody may add: `cargo run -p gallery -- --port 8902`, then open <http://127.0.0.1:8902/>.
//!
//! Or from a shell:
//!
//! * add one: `curl -H 'accept: application/json' -F picture=@cat.png http://127.0.0.1:8902/pictures`;
//! * resume a download that has stopped: `curl -C - -O http://127.0.0.1:8902/pictures/1732492800123-cat.png`;
//! * what is no picture is refused: `curl -i -F picture=@README.md http://127.0.0.1:8902/pictures`.
//!
//! A picture goes to the disk while it comes, however large it is: nothing but the piece at hand is in memory. The handlers stand in
//! [`pictures`], their pages in [`page`], what is kept on the disk in [`store`].

use std::path::PathBuf;

use clap::Parser;
use squall::{Application, Options, files::Files, routes};

use crate::{pictures::Site, store::Store};

mod page;
mod pictures;
mod store;

const ALL: squall::Routes = routes![
    ..pictures::ROUTES,
    "/static/{*path}" => Files::new("static"),
    "/favicon.ico" => Files::new("static"),
    "/robots.txt" => Files::new("static"),
];

/// Pictures that anybody may add.
#[derive(Parser)]
#[command(about)]
struct Settings {
    /// Where the pictures lie; it is made if it is not there
    #[arg(long, env = "GALLERY_FOLDER", default_value_os_t = std::env::temp_dir().join("squall-gallery"))]
    folder: PathBuf,
    /// The room for all pictures together, in MiB
    #[arg(long, env = "GALLERY_ROOM", default_value_t = 16 * 1024)]
    room: u64,
    #[command(flatten)]
    server: Options,
}

fn app(store: Store) -> Application {
    Application::new(ALL)
        .state(Files::new(store.folder()))
        .state(store)
        .base::<Site>()
        .compression(true)
}

#[squall::main]
async fn main() -> squall::Result<()> {
    let settings = Settings::parse();
    let store = Store::open(&settings.folder, settings.room * 1024 * 1024)?;
    println!("the pictures are in {}", settings.folder.display());
    app(store).serve(settings.server).await
}

#[cfg(test)]
mod tests;
