use squall::{Routes, handler, routes};

#[handler(max_body = "0 MiB")]
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
