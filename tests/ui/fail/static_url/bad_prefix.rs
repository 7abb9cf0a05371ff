use squall::static_url;

fn main() {
    let _ = static_url!("Cargo.toml", dir = ".", prefix = "assets");
    let _ = static_url!("Cargo.toml", dir = ".", prefix = "/assets/");
    let _ = static_url!("Cargo.toml", dir = ".", prefix = "//evil.example");
}
