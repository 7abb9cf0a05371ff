use squall::{Context, handler, routes};

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
}

#[handler]
impl Story {
    #[current_user]
    async fn user(&self, cx: &mut Context) {}

    #[current_user]
    fn other(&mut self) -> Option<u8> {
        None
    }

    fn get_user_locale(&self) -> Option<u8> {
        None
    }

    fn post(&self) -> &'static str {
        "posted"
    }
}

fn main() {
    let _ = routes![Story];
    let _: String = Story::url(7);
}
