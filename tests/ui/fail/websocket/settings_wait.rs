use squall::{routes, websocket, websocket::Settings};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    async fn settings(&self) -> Settings {
        Settings::default()
    }
}

fn main() {
    _ = routes![Echo];
}
