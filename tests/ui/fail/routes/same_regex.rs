use squall::{handler, routes};

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

#[handler]
#[route(regex = r"/(?<year>[0-9]{4})-(?<month>[0-9]{2})")]
struct Archive {
    year: u16,
    month: u8,
}

#[handler]
impl Archive {
    fn get(&self) -> &'static str {
        "here"
    }
}

const ALL: squall::Routes = routes![Month, Archive];

fn main() {
    let _ = ALL;
}
