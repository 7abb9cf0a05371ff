#[handler]
#[prefix("/admin")]
struct Admin {
    db: State<Db>,
}

#[handler]
impl Admin {}

#[handler(base = admin, disconnect = finish)]
#[route("/users")]
struct Users {
    admin: Admin,
}
