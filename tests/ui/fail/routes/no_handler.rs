use squall::routes;

struct Page;

const ALL: squall::Routes = routes![Page];

fn main() {
    let _ = ALL;
}
