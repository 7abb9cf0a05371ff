#[::core::prelude::v1::test]
fn a_story_is_shown() {
    async fn a_story_is_shown() {
        let page = client().get(Story::url(7)).send().await;
        assert_eq!(page.status(), 200);
    }
    ::squall::__private::block_on_test(
        ::core::stringify!(a_story_is_shown),
        a_story_is_shown(),
    )
}
