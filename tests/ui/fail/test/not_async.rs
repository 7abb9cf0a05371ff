#[squall::test]
fn a_story_is_shown() {}

fn main() {}
