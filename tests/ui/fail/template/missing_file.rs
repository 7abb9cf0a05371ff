use squall::askama::Template;

#[derive(Template)]
#[template(askama = squall::askama, path = "none.html")]
struct Page;

fn main() {}
