const STYLE: &str = static_url!("a b.css", dir = "golden/files", prefix = "/assets");
