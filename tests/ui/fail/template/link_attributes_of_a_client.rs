use squall::{askama::Template, template::filters};

#[derive(Template)]
#[template(
    askama = squall::askama,
    ext = "html",
    source = "{{ text|linkify(extra_params = class.as_str()) }}"
)]
struct Page {
    text: String,
    class: String,
}

fn main() {}
