#[handler]
#[route("/things/{type}")]
struct r#Thing {
    r#type: String,
    #[query]
    r#match: bool,
}
