use squall::{Redirect, handler, routes};

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

const ALL: squall::Routes = routes![
    Story,
    "/stories/{any}" => Redirect::permanent("/"),
];

fn main() {
    let _ = ALL;
}
