#[handler(max_body = "1 GiB", max_in_memory = 65536, body_deadline = "5 m")]
#[route("/upload")]
struct Upload;
