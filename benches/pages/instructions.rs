//! One way at work for `instructions.sh`: `pages-instructions view|hand <page> <requests>`.

mod pages;

use pages::{NAMES, Site};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, way, page, requests] = &arguments[..] else {
        panic!("usage: pages-instructions view|hand <page> <requests>")
    };
    assert!(NAMES.contains(&&**page), "no page is called `{page}`");
    let requests = requests.parse().expect("a number of requests");
    let mut site = Site::new();
    let path = format!("/{way}/{page}");
    let bytes: usize = (0..requests).map(|_| site.ask(&path)).sum();
    println!("{bytes}");
}
