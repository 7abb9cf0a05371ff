use squall::askama::Template;

#[derive(Template)]
#[template(askama = squall::askama, ext = "html", source = "<h1>{{ titel }}</h1>")]
struct Page {
    title: &'static str,
}

fn main() {}
