#[squall::test]
async fn a_story_is_shown(client: squall::testing::TestClient) {
    _ = client;
}

fn main() {}
