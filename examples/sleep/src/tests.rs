use squall::{Application, testing::TestClient};

#[squall::test]
async fn all_of_them_answer() {
    let client = TestClient::new(Application::new(crate::ROUTES));
    for (target, said) in [
        (crate::Awaits::url(), "awaited\n"),
        (crate::Blocks::url(), "blocked\n"),
        (crate::Holds::url(), "held\n"),
    ] {
        assert_eq!(client.get(target).send().await.text().await, said);
    }
}
