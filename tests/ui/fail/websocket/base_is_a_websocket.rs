use squall::{handler, routes, websocket, websocket::Settings};

#[websocket]
struct Feed;

#[websocket]
impl Feed {
    fn settings(&self) -> Settings {
        Settings::default()
    }
}

#[websocket(base = feed)]
#[route("/news")]
struct News {
    feed: Feed,
}

#[websocket]
impl News {}

#[handler(base = feed)]
#[route("/page")]
struct Page {
    feed: Feed,
}

#[handler]
impl Page {
    fn get(&self) {}
}

fn main() {
    _ = routes![News, Page];
}
