use squall::{handler, routes};

use squall::handler::Init;

#[handler]
struct Page {
    text: Init<&'static str>,
}

#[handler]
impl Page {
    fn get(&self) -> &'static str {
        *self.text
    }
}

const ALL: squall::Routes = routes!["/about" => Page::init(1)];

fn main() {
    let _ = ALL;
}
