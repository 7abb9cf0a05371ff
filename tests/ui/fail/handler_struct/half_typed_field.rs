use squall::{handler, routes};

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
    #[query]
    page:
}

#[handler]
impl Story {
    fn get(&self) -> String {
        self.title()
    }
}

impl Story {
    fn title(&self) -> String {
        format!("story {}", self.id)
    }
}

fn main() {
    let _ = routes![Story];
}
