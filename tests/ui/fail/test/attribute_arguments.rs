#[squall::test(timeout = 5)]
async fn a_story_is_shown() {}

fn main() {}
