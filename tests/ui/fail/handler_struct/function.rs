use squall::handler;

#[handler]
#[route("/stories")]
async fn stories() -> &'static str {
    "stories"
}

fn main() {
    let _ = stories();
}
