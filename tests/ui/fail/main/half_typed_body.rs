use squall::{Application, handler, routes};

#[handler]
#[route("/")]
struct Home;

#[handler]
impl Home {
    fn get(&self) -> &'static str {
        "home"
    }
}

#[squall::main]
async fn main() {
    let app = Application::new(routes![Home]);
    app.
}
