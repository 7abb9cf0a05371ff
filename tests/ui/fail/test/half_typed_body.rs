use squall::{Application, Routes};

async fn check(app: Application) -> Application {
    app
}

#[squall::test]
async fn a_story_is_shown() {
    let app = check(Application::new(squall::routes![])).await;
    app.
}

fn main() {
    let _: Routes = squall::routes![];
    let _ = check(Application::new(squall::routes![]));
}
