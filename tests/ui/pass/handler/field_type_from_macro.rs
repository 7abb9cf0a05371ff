//! A type that a `macro_rules!` brings along keeps the place that it comes from.

use squall::{Context, State, handler, routes};

macro_rules! page {
    ($name:ident, $route:literal, $ty:ident) => {
        #[handler]
        #[route($route)]
        struct $name {
            #[allow(dead_code)]
            value: $ty,
        }

        #[handler]
        impl $name {
            fn get(&self, _: &mut Context) -> &'static str {
                "page"
            }

            fn post(&self, _: $ty, _: $ty) -> &'static str {
                "posted"
            }
        }
    };
}

type Count = State<u64>;

page!(Page, "/page", Count);

fn main() {
    let _ = routes![Page];
}
