use squall::{Result, routes, websocket, websocket::Settings};

#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    fn settings(&self) -> Result<Settings> {
        Ok(Settings::default())
    }
}

fn main() {
    _ = routes![Echo];
}
