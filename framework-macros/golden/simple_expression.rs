#[handler]
#[route(regex = r"/stories/(?<id>[0-9]+)")]
struct Story {
    id: u64,
}
