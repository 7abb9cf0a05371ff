#[allow(clippy::unused_self, clippy::unused_async)]
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
    fn delete(&mut self) {}
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
            __squall::MethodEntry::new::<Self, __squall_get>(),
            __squall::MethodEntry::new::<Self, __squall_put>(),
            __squall::MethodEntry::new::<Self, __squall_post>(),
            __squall::MethodEntry::new::<Self, __squall_delete>(),
            __squall::MethodEntry::new::<Self, __squall_properties>(),
        ];
    }
    #[allow(non_camel_case_types)]
    struct __squall_get;
    #[automatically_derived]
    impl __squall::Method<__squall_get> for Story {
        const NAME: &'static str = "GET";
        const WAITS: bool = true;
        type Arguments = ();
        async fn arguments(
            _: &mut __squall::Context,
        ) -> __squall::Result<(), __squall::Error> {
            __squall::Ok(())
        }
        fn call(
            this: &mut Self,
            cx: &mut __squall::Context,
            (): Self::Arguments,
        ) -> impl __squall::Future<
            Output = __squall::Result<__squall::Response, __squall::Error>,
        > + __squall::Send {
            async move {
                let request = __squall::request(cx);
                let this = &*this;
                let answer = __squall::watched(this, &request, this.get(cx)).await;
                __squall::respond::<Result<Json<Body>>>(answer, &request)
            }
        }
    }
    #[allow(non_camel_case_types)]
    struct __squall_put;
    #[automatically_derived]
    impl __squall::Method<__squall_put> for Story {
        const NAME: &'static str = "PUT";
        const WAITS: bool = true;
        type Arguments = (Method, Json<Edit>);
        fn arguments(
            cx: &mut __squall::Context,
        ) -> impl __squall::Future<
            Output = __squall::Result<Self::Arguments, __squall::Error>,
        > + __squall::Send {
            async move {
                __squall::Ok((
                    <Method as __squall::FromRequestParts>::__take(cx).await?,
                    <Json<Edit> as __squall::FromRequest<_>>::__take(cx).await?,
                ))
            }
        }
        fn call(
            this: &mut Self,
            cx: &mut __squall::Context,
            (argument_0, argument_1): Self::Arguments,
        ) -> impl __squall::Future<
            Output = __squall::Result<__squall::Response, __squall::Error>,
        > + __squall::Send {
            async move {
                let request = __squall::request(cx);
                let answer = this.put(argument_0, argument_1).await;
                __squall::respond::<Result<Redirect>>(answer, &request)
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
        type Arguments = ();
        async fn arguments(
            _: &mut __squall::Context,
        ) -> __squall::Result<(), __squall::Error> {
            __squall::Ok(())
        }
        fn call(
            this: &mut Self,
            cx: &mut __squall::Context,
            (): Self::Arguments,
        ) -> impl __squall::Future<
            Output = __squall::Result<__squall::Response, __squall::Error>,
        > + __squall::Send {
            async move {
                let request = __squall::request(cx);
                let answer = this.post();
                __squall::respond(answer, &request)
            }
        }
    }
    #[allow(non_camel_case_types)]
    struct __squall_delete;
    #[automatically_derived]
    impl __squall::Method<__squall_delete> for Story {
        const NAME: &'static str = "DELETE";
        const WAITS: bool = true;
        const BLOCKING: bool = true;
        type Arguments = ();
        async fn arguments(
            _: &mut __squall::Context,
        ) -> __squall::Result<(), __squall::Error> {
            __squall::Ok(())
        }
        fn call(
            this: &mut Self,
            cx: &mut __squall::Context,
            (): Self::Arguments,
        ) -> impl __squall::Future<
            Output = __squall::Result<__squall::Response, __squall::Error>,
        > + __squall::Send {
            async move {
                let request = __squall::request(cx);
                let answer = this.delete();
                __squall::respond::<()>(answer, &request)
            }
        }
    }
    #[allow(non_camel_case_types)]
    struct __squall_properties;
    #[automatically_derived]
    impl __squall::Method<__squall_properties> for Story {
        const NAME: &'static str = "PROPFIND";
        const WAITS: bool = true;
        type Arguments = ();
        async fn arguments(
            _: &mut __squall::Context,
        ) -> __squall::Result<(), __squall::Error> {
            __squall::Ok(())
        }
        fn call(
            this: &mut Self,
            cx: &mut __squall::Context,
            (): Self::Arguments,
        ) -> impl __squall::Future<
            Output = __squall::Result<__squall::Response, __squall::Error>,
        > + __squall::Send {
            async move {
                let request = __squall::request(cx);
                let this = &*this;
                let answer = __squall::watched(this, &request, this.properties()).await;
                __squall::respond(answer, &request)
            }
        }
    }
};
