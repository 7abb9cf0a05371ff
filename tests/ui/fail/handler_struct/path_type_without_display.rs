use squall::{handler, routes};

struct StoryId(u64);

impl std::str::FromStr for StoryId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

#[handler]
#[route("/stories/{id}")]
struct Story {
    id: StoryId,
}

#[handler]
impl Story {
    fn get(&self) -> &'static str {
        "here"
    }
}

fn main() {
    let _ = routes![Story];
}
