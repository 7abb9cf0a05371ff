use squall::{handler, routes};

struct Story {
    id: u64,
}

#[handler]
impl Story {
    #[prepare]
    async fn load(&mut self) {}

    async fn get(&self) -> String {
        self.id.to_string()
    }

    async fn post(&self, title: String) -> String {
        title
    }
}

fn main() {
    let _ = routes![Story];
}
