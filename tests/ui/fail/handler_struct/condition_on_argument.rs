use squall::{handler, handler::Init, routes};

#[handler]
#[route("/stories/{id}")]
#[route("/stories")]
struct Story {
    #[cfg(not(any()))]
    id: Option<u64>,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "story"
    }
}

#[handler]
struct Page {
    #[cfg(not(any()))]
    text: Init<String>,
}

#[handler]
impl Page {
    fn get(&self) -> &'static str {
        "page"
    }
}

fn main() {
    let _ = routes![Story, "/page" => Page::init(String::new())];
}
