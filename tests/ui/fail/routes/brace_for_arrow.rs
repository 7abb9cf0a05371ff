use squall::{Redirect, handler, routes};

#[handler]
#[route("/")]
struct Home;

#[handler]
impl Home {
    fn get(&self) -> &'static str {
        "here"
    }
}

const ALL: squall::Routes = routes![Home, "/old" = Redirect::permanent("/")];

fn main() {
    let _ = ALL;
}
