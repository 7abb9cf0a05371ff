#[handler]
#[route("/stories/{id}/{page}")]
#[route("/stories/{id}/{page}/{order}")]
#[route("/s/{id}")]
struct Story {
    id: u64,
    page: Option<u32>,
    #[path(default = "newest")]
    order: String,
}
