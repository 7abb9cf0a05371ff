use squall::handler;

#[handler]
#[route("/stories")]
struct Story<'a> {
    #[query]
    page: &'a str,
}

#[handler]
impl Story<'_> {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = std::mem::size_of::<Story<'static>>();
}
