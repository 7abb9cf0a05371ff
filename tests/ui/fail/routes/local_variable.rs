use squall::{Redirect, Routes, routes};

fn list(home: String) -> Routes {
    routes!["/old" => Redirect::permanent(home)]
}

fn main() {
    let _ = list("/".to_owned());
}
