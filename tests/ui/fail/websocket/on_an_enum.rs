use squall::websocket;

#[websocket]
enum Echo {
    One,
}

fn main() {}
