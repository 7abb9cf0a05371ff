use squall::handler;

#[handler]
#[route(regex = r"/(?<year>[0-9]{4})-(?<month>[0-9]{2})")]
struct Month {
    year: u16,
    month: u8,
}

#[handler]
impl Month {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = Month::url(2026, 7);
}
