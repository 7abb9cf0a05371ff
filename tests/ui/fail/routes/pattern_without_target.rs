use squall::{handler, routes};

#[handler]
#[route("/")]
struct Home;

#[handler]
impl Home {
    fn get(&self) -> &'static str {
        "here"
    }
}

const ALL: squall::Routes = routes![Home, "/about"];

fn main() {
    let _ = ALL;
}
