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

#[handler]
#[route("/about")]
struct About;

#[handler]
impl About {
    fn get(&self) -> &'static str {
        "here"
    }
}

const ALL: squall::Routes = routes![Home About];

fn main() {
    let _ = ALL;
}
