#[squall::test]
async fn a_story_is_shown<T>() {}

fn main() {}
