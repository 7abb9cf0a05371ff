//! The page of the servers of pages, which answer `GET /page` with it, and `GET /` with a text: a table, made anew for each request. The
//! benchmark of pages has it too.

use std::sync::LazyLock;

use askama::Template;

/// The rows of the servers' page.
pub const ROWS: usize = 1_000;

/// A table, as the Fortunes of the TechEmpower benchmarks are one.
#[derive(Clone, Copy, Template)]
#[template(
    ext = "html",
    source = "<!doctype html><html><head><title>Fortunes</title></head><body><table><tr><th>id</th><th>message</th></tr>\
        {% for row in rows %}<tr><td>{{ row.id }}</td><td>{{ row.message }}</td></tr>{% endfor %}</table></body></html>"
)]
pub struct Page {
    rows: &'static [Row],
}

struct Row {
    id: u32,
    message: String,
}

impl Page {
    /// A page of so many rows, [`ROWS`] at most.
    #[must_use]
    pub fn of(rows: usize) -> Self {
        Self { rows: &TABLE[..rows] }
    }
}

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let row = |id| {
        let message = match id % 4 {
            0 => "A computer program does what you tell it to do, not what you want it to do.".to_owned(),
            1 => "<script>alert(\"This should not be displayed in a browser alert box.\");</script>".to_owned(),
            2 => format!("{id} & counting: \"any program that runs right is obsolete\""),
            _ => "\u{30d5}\u{30ec}\u{30fc}\u{30e0}\u{30ef}\u{30fc}\u{30af}\u{306e}\u{30d9}\u{30f3}\u{30c1}\u{30de}\u{30fc}\u{30af}".to_owned(),
        };
        Row { id, message }
    };
    (1..=ROWS as u32).map(row).collect()
});
