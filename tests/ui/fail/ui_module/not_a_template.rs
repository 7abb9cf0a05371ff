use squall::ui_module;

#[ui_module(embedded_css = ".card {}")]
struct Card;

#[ui_module(embedded_css = ".card {}")]
fn card() {}

fn main() {}
