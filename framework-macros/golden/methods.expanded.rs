#[allow(clippy::unused_self, clippy::unused_async)]
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
    fn delete(&mut self) {}
    /// An `async` method that never waits.
    async fn properties(&self) -> Result<impl IntoResponse> {
        todo!()
    }
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    #[automatically_derived]
    impl __squall::HandlerImpl for Story {
        const METHODS: &'static [__squall::MethodEntry] = &[
            __squall::MethodEntry::new::<Story, __squall_get>(),
            __squall::MethodEntry::new::<Story, __squall_put>(),
            __squall::MethodEntry::new::<Story, __squall_post>(),
            __squall::MethodEntry::new::<Story, __squall_delete>(),
            __squall::MethodEntry::new::<Story, __squall_properties>(),
        ];
    }
    #[allow(non_camel_case_types)]
    struct __squall_get;
    #[automatically_derived]
    impl __squall::Method<__squall_get> for Story
    where
        for<'a> &'a Self: __squall::Send,
    {
        const NAME: &'static str = "GET";
        const WAITS: bool = true;
        fn call(
            live: &mut __squall::Live<Self>,
            cx: &mut __squall::Context,
        ) -> impl __squall::Future<
            Output = __squall::Result<(), __squall::Error>,
        > + __squall::Send {
            async move {
                let __squall::Parts { this, request, close } = live.parts()?;
                let this = &*this;
                let answer = __squall::watched(this, request, close, this.get(cx)).await;
                let response = __squall::respond::<Result<Json<Body>>>(answer, request);
                __squall::answer(cx, response)
            }
        }
    }
    #[allow(non_camel_case_types)]
    struct __squall_put;
    #[automatically_derived]
    impl __squall::Method<__squall_put> for Story {
        const NAME: &'static str = "PUT";
        const WAITS: bool = true;
        fn call(
            live: &mut __squall::Live<Self>,
            cx: &mut __squall::Context,
        ) -> impl __squall::Future<
            Output = __squall::Result<(), __squall::Error>,
        > + __squall::Send {
            async move {
                let argument_0 = <Method as __squall::FromRequestParts>::__take(cx)
                    .await?;
                let argument_1 = <Json<Edit> as __squall::FromRequest<_>>::__take(cx)
                    .await?;
                let __squall::Parts { this, request, .. } = live.parts()?;
                let answer = this.put(argument_0, argument_1).await;
                let response = __squall::respond::<Result<Redirect>>(answer, request);
                __squall::answer(cx, response)
            }
        }
        fn requirements(requirements: &mut __squall::Requirements) {
            <Method as __squall::FromRequestParts>::requirements(requirements);
            <Json<Edit> as __squall::FromRequest<_>>::requirements(requirements);
        }
    }
    #[allow(non_camel_case_types)]
    struct __squall_post;
    #[automatically_derived]
    impl __squall::Method<__squall_post> for Story {
        const NAME: &'static str = "POST";
        fn call(
            live: &mut __squall::Live<Self>,
            cx: &mut __squall::Context,
        ) -> impl __squall::Future<
            Output = __squall::Result<(), __squall::Error>,
        > + __squall::Send {
            __squall::ready(
                (move || -> __squall::Result<(), __squall::Error> {
                    let __squall::Parts { this, request, .. } = live.parts()?;
                    let answer = this.post();
                    let response = __squall::respond(answer, request);
                    __squall::answer(cx, response)
                })(),
            )
        }
    }
    #[allow(non_camel_case_types)]
    struct __squall_delete;
    #[automatically_derived]
    impl __squall::Method<__squall_delete> for Story {
        const NAME: &'static str = "DELETE";
        const WAITS: bool = true;
        fn call(
            live: &mut __squall::Live<Self>,
            cx: &mut __squall::Context,
        ) -> impl __squall::Future<
            Output = __squall::Result<(), __squall::Error>,
        > + __squall::Send {
            async move {
                __squall::on_pool(
                        live,
                        cx,
                        move |
                            this: &mut Self,
                            cx: &mut __squall::Context,
                            request: &__squall::RequestHandle|
                        {
                            let answer = this.delete();
                            let response = __squall::respond::<()>(answer, request);
                            __squall::answer(cx, response)
                        },
                    )
                    .await
            }
        }
    }
    #[allow(non_camel_case_types)]
    struct __squall_properties;
    #[automatically_derived]
    impl __squall::Method<__squall_properties> for Story
    where
        for<'a> &'a Self: __squall::Send,
    {
        const NAME: &'static str = "PROPFIND";
        fn call(
            live: &mut __squall::Live<Self>,
            cx: &mut __squall::Context,
        ) -> impl __squall::Future<
            Output = __squall::Result<(), __squall::Error>,
        > + __squall::Send {
            async move {
                let __squall::Parts { this, request, close } = live.parts()?;
                let this = &*this;
                let answer = __squall::watched(this, request, close, this.properties())
                    .await;
                let response = __squall::respond(answer, request);
                __squall::answer(cx, response)
            }
        }
    }
};
