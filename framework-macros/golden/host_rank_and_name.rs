#[handler]
#[route(
    "/stories/{id:[0-9]+}",
    host = "*.Example.com",
    rank = 1,
    name = "story"
)]
struct Story {
    id: u64,
}
