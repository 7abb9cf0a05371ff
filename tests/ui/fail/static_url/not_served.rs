use squall::static_url;

fn main() {
    let _ = static_url!("../Cargo.toml", dir = ".");
    let _ = static_url!(".env", dir = ".");
    let _ = static_url!("css\\app.css", dir = ".");
    let _ = static_url!("css//app.css", dir = ".");
    let _ = static_url!("", dir = ".");
}
