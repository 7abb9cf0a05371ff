#[handler]
#[route("/stories/{id}/{*rest}")]
pub struct Story {
    id: u64,
    #[path("rest")]
    path: String,
    #[query]
    page: Option<u32>,
    #[query(default = 20)]
    per_page: u32,
    #[query("tag")]
    tags: Vec<String>,
    #[header("accept-language")]
    languages: Option<String>,
    #[cookie]
    theme: String,
    db: State<Db>,
}
