#[handler(max_body = "1 GiB", max_in_memory = 65536, body_deadline = "5 m", max_parts = 500)]
#[route("/upload")]
struct Upload;
