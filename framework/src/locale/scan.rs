pub struct Place;
pub struct Message { pub context: Option<String>, pub text: String, pub plural: Option<String> }
pub fn messages() {}
pub fn pot() {}
