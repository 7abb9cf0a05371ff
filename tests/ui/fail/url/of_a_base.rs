use squall::handler;

#[handler]
struct Site;

#[handler]
impl Site {}

fn main() {
    let _ = Site::url();
}
