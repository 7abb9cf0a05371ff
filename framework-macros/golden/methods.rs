#[handler]
impl Story {
    /// An `async` method that borrows, with the context.
    async fn get(&self, cx: &mut Context) -> Result<Json<Body>> {
        pending().await
    }

    async fn put(&mut self, method: Method, edit: Json<Edit>) -> Result<Redirect> {
        todo!()
    }

    fn post(&mut self) -> impl IntoResponse {
        StatusCode::CREATED
    }

    #[blocking]
    fn delete(&mut self) {}

    #[method("PROPFIND")]
    /// An `async` method that never waits.
    async fn properties(&self) -> Result<impl IntoResponse> {
        todo!()
    }
}
