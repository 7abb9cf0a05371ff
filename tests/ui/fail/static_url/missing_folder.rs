use squall::static_url;

fn main() {
    let _: &'static str = static_url!("app.css");
}
