use squall::{Routes, handler, routes};

#[handler(body_deadline = 30)]
#[route("/")]
struct Home;

#[handler]
impl Home {
    fn get(&self) -> &'static str {
        "home"
    }
}

const ROUTES: Routes = routes![Home];

fn main() {
    let _ = (ROUTES, Home::url());
}
