use squall::websocket;

struct Echo;

#[websocket]
impl Echo {
    fn message(&mut self, text: String) {
        println!("{text}");
    }
}

fn main() {}
