use squall::{handler, routes};

#[handler]
#[prefix("/admin")]
struct Admin;

#[handler]
impl Admin {}

const ALL: squall::Routes = routes![Admin];

fn main() {
    let _ = ALL;
}
