use squall::{handler, routes};

#[handler]
#[prefix("/admin")]
struct Admin;

#[handler]
impl Admin {}

#[handler(base = admin)]
#[route("/users/{id}/{page:[0-9]+}/{*rest}")]
struct Users {
    admin: Admin,
    id: u64,
    page: u32,
    rest: String,
}

#[handler]
impl Users {
    fn get(&self) -> &'static str {
        "here"
    }
}

#[handler]
#[route("/admin/users/{id}/{page:[0-9]+}/{*rest}")]
struct OldUsers {
    id: u64,
    page: u32,
    rest: String,
}

#[handler]
impl OldUsers {
    fn get(&self) -> &'static str {
        "here"
    }
}

const ALL: squall::Routes = routes![Users, OldUsers];

fn main() {
    let _ = ALL;
}
