use squall::routes;

async fn page() -> &'static str {
    "page"
}

const ALL: squall::Routes = routes![page];

fn main() {
    let _ = ALL;
}
