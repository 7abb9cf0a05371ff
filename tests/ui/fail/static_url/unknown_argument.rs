use squall::static_url;

fn main() {
    let _ = static_url!("Cargo.toml", folder = ".");
    let _ = static_url!("Cargo.toml", di = ".");
    let _ = static_url!("Cargo.toml", dir = ".", dir = "..");
}
