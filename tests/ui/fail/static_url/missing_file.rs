use squall::static_url;

fn main() {
    let _ = static_url!("Cargo.tomI", dir = ".");
    let _ = static_url!("nothing-like-it.css", dir = ".");
}
