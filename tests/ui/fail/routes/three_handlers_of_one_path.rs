use squall::{handler, routes};

#[handler]
#[route("/a")]
struct First;

#[handler]
impl First {
    fn get(&self) -> &'static str {
        "here"
    }
}

#[handler]
#[route("/a")]
struct Second;

#[handler]
impl Second {
    fn get(&self) -> &'static str {
        "here"
    }
}

#[handler]
#[route("/a")]
struct Third;

#[handler]
impl Third {
    fn get(&self) -> &'static str {
        "here"
    }
}

const ALL: squall::Routes = routes![First, Second, Third];

fn main() {
    let _ = ALL;
}
