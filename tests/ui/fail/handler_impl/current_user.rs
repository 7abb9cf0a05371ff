use squall::{handler, routes};

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
}

#[handler]
impl Story {
    #[current_user]
    async fn user(&self) -> String {
        String::new()
    }

    fn post(&self) -> &'static str {
        "posted"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
}
