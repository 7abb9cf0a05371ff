//! Program 3: what many handlers share, three deep, with prefixes.

use squall::{Application, State, handler, routes};

struct Db;

#[handler]
#[prefix("/admin")]
pub struct Site {
    db: State<Db>,
}

#[handler]
impl Site {}

#[handler(base = site)]
#[prefix("/users")]
pub struct Users {
    site: Site,
}

#[handler]
impl Users {}

#[handler(base = users, disconnect = finish)]
#[route("/{name}")]
pub struct User {
    users: Users,
    name: String,
}

#[handler]
impl User {
    fn get(&self) -> String {
        let _: &Db = &self.users.site.db;
        self.name.clone()
    }
}

#[handler(base = users)]
#[route("")]
pub struct AllUsers {
    users: Users,
}

#[handler]
impl AllUsers {
    fn get(&self) -> &'static str {
        let _ = &self.users;
        "all"
    }
}

fn main() {
    let _ = Application::new(routes![User, AllUsers])
        .base::<Site>()
        .state(Db);
    assert_eq!(User::url("a b"), "/admin/users/a%20b");
    assert_eq!(AllUsers::url(), "/admin/users");
}
