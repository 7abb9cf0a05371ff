//! A test keeps its attributes.

#[squall::test]
#[ignore = "slow"]
#[should_panic(expected = "no")]
async fn a_story_is_shown() {
    panic!("no");
}

fn main() {}
