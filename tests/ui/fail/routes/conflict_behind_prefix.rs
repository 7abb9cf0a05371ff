use squall::{handler, routes};

#[handler]
#[prefix("/admin")]
struct Admin;

#[handler]
impl Admin {}

#[handler(base = admin)]
#[route("/users")]
struct Users {
    admin: Admin,
}

#[handler]
impl Users {
    fn get(&self) -> &'static str {
        "here"
    }
}

#[handler]
#[route("/admin/users")]
struct OldUsers;

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
