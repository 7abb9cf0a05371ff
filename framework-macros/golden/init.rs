#[handler]
pub struct Page {
    title: Init<&'static str>,
    text: Init<String>,
}

#[handler]
impl Page {
    fn get(&self) -> String {
        self.text.clone()
    }
}
