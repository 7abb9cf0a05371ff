use squall::{handler, routes};

#[handler]
#[route("/stories/{id}", na)]
struct Story {
    id: u64,
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
    let _: String = Story::url(7);
    let _: String = Story { id: 7 }.get();
}
