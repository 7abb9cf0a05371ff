use squall::{View, handler};

struct Page;

#[handler]
#[route("/")]
struct Home;

#[handler]
impl Home {
    fn get(&self) -> View<Page> {
        View(Page)
    }
}

fn main() {}
