#[squall::main]
async fn main() -> squall::Result<()> {
    Application::new(routes![Hello])
        .serve(Options::parse())
        .await
}
