use squall::static_url;

fn main() {
    let name = "app.css";
    let _ = static_url!(name);
    let _ = static_url!();
}
