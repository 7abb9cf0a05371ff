use squall::{askama::Template, ui_module};

#[ui_module(css = "Cargo.tml", dir = ".")]
#[derive(Template)]
#[template(askama = squall::askama, ext = "html", source = "")]
struct Card;

fn main() {}
