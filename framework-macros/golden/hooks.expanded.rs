#[allow(clippy::unused_self, clippy::unused_async)]
impl Site {
    fn headers(&self, headers: &mut HeaderMap) {}
    async fn load(&mut self, cx: &mut Context) -> Result<()> {
        Ok(())
    }
    async fn error_page(
        &self,
        cx: &mut Context,
        error: &HttpError,
    ) -> Result<Html<String>> {
        pending().await
    }
    fn record(&self, outcome: &Outcome) {}
    fn gone(&self) {}
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    #[automatically_derived]
    impl __squall::HandlerImpl for Site {
        const METHODS: &'static [__squall::MethodEntry] = &[];
        const HOOKS: __squall::Hooks = __squall::Hooks {
            waits: true,
            user: __squall::None,
            speaks: false,
            writes_errors: true,
            finishes: true,
            finish_waits: false,
            closes: true,
        };
        fn default_headers(&self, given: &mut __squall::HeaderMap) {
            self.headers(given);
        }
        #[allow(unused_variables)]
        fn prepare(
            &mut self,
            cx: &mut __squall::Context,
        ) -> impl __squall::Future<
            Output = __squall::Result<(), __squall::Error>,
        > + __squall::Send {
            async move {
                let answer = Self::load(self, cx).await;
                __squall::prepared::<Result<()>>(answer)
            }
        }
        fn write_error<'a>(
            &'a self,
            cx: &'a mut __squall::Context,
            given: &'a __squall::HttpError,
        ) -> __squall::Option<
            __squall::BoxFuture<
                'a,
                __squall::Result<__squall::Response, __squall::Error>,
            >,
        > {
            __squall::Some(
                __squall::hook(async move {
                    let request = __squall::request(cx);
                    let answer = Self::error_page(self, cx, given).await;
                    __squall::respond::<Result<Html<String>>>(answer, &request)
                }),
            )
        }
        fn on_finish<'a>(
            &'a self,
            given: &'a __squall::Outcome,
        ) -> __squall::Option<__squall::BoxFuture<'a, ()>> {
            self.record(given);
            __squall::None
        }
        fn on_connection_close(&self) {
            self.gone();
        }
    }
};
