use squall::{handler, routes};

#[handler]
struct Home;

#[handler]
impl Home {
    fn get(&self) -> &'static str {
        "here"
    }
}

const ALL: squall::Routes = routes![Home];

fn main() {
    let _ = ALL;
}
