#[handler]
impl Site {
    #[current_user]
    async fn user(&self, cx: &mut Context) -> Result<Option<User>> {
        self.users.find(cx.cookie("user")).await
    }

    #[user_locale]
    fn locale(&self) -> Option<Locale> {
        None
    }
}
