#[handler]
#[route("/")]
struct Hello;

#[handler]
impl Hello {
    fn get(&self) -> &'static str {
        "Hello, world"
    }
}
