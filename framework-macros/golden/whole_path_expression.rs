#[handler]
#[route(regex = r"/(?<year>[0-9]{4})-(?<month>[0-9]{2})")]
struct Month {
    year: u16,
    month: u8,
}
