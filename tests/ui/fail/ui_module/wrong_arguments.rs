use squall::{askama::Template, ui_module};

#[ui_module(cs = "/card.css")]
#[derive(Template)]
#[template(askama = squall::askama, ext = "html", source = "")]
struct Unknown;

#[ui_module(css = "/a.css", css = "/b.css")]
#[derive(Template)]
#[template(askama = squall::askama, ext = "html", source = "")]
struct Twice;

#[ui_module(css = 7)]
#[derive(Template)]
#[template(askama = squall::askama, ext = "html", source = "")]
struct Number;

#[ui_module(embedded_js = "'</SCRIPT>'")]
#[derive(Template)]
#[template(askama = squall::askama, ext = "html", source = "")]
struct Ends;

fn main() {}
