#[squall::test]
async fn a_story_is_shown() {
    let page = client().get(Story::url(7)).send().await;
    assert_eq!(page.status(), 200);
}
