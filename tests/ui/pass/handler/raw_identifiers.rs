//! Names that are words of the language.

use squall::{handler, routes};

#[handler]
#[route("/things/{type}/{match}")]
struct r#Thing {
    r#type: String,
    r#match: u64,
    #[query]
    r#in: Option<String>,
    #[query("fn")]
    function: Option<bool>,
}

#[handler]
impl r#Thing {
    fn r#get(&self) -> String {
        let place = self.r#in.clone().unwrap_or_default();
        format!("{}{}{place}{:?}", self.r#type, self.r#match, self.function)
    }
}

fn main() {
    let _ = routes![r#Thing];
    assert_eq!(Thing::url("a", 1), "/things/a/1");
}
