use squall::handler;

#[handler]
#[route("/stories/{id}")]
struct Story<T> {
    id: T,
}

#[handler]
impl<T> Story<T> {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = std::mem::size_of::<Story<u64>>();
}
