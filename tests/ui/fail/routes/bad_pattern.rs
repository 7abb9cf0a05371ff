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

const ALL: squall::Routes = routes![Home, "/old/:id" => Redirect::permanent("/")];

fn main() {
    let _ = ALL;
}
