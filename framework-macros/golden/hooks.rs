#[handler]
impl Site {
    #[default_headers]
    fn headers(&self, headers: &mut HeaderMap) {}

    #[prepare]
    async fn load(&mut self, cx: &mut Context) -> Result<()> {
        Ok(())
    }

    #[write_error]
    async fn error_page(&self, cx: &mut Context, error: &HttpError) -> Result<Html<String>> {
        pending().await
    }

    #[on_finish]
    fn record(&self, outcome: &Outcome) {}

    #[on_connection_close]
    fn gone(&self) {}
}
