#[handler]
impl Story {
    /// An `async` method that borrows, with the context.
    async fn get(&self, cx: &mut Context) -> Result<Json<Body>> {
        todo!()
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
    async fn properties(&self) -> Result<impl IntoResponse> {
        todo!()
    }
}
