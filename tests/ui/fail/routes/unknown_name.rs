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

const ALL: squall::Routes = routes![Home, Hoem];

fn main() {
    let _ = ALL;
}
