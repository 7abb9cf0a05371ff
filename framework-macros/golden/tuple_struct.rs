#[handler]
#[route("/stories/{id}")]
struct Story(#[path("id")] u64, #[query("page")] Option<u32>, State<Db>);
