#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
    #[default]
    seen: Vec<String>,
    #[default = Instant::now()]
    since: Instant,
}
