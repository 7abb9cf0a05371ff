use squall::{State, handler, routes};

#[handler]
#[route("/stories")]
struct Stories {
    #[initial(20)]
    #[cookie::x]
    count: State<u64>,
}

#[handler]
impl Stories {
    fn get(&self) -> &'static str {
        "stories"
    }
}

fn main() {
    let _ = routes![Stories];
}
