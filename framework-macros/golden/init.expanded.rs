pub struct Page {
    title: Init<&'static str>,
    text: Init<String>,
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    #[automatically_derived]
    impl __squall::HandlerStruct for Page {
        const NAME: &'static str = "Page";
        type Base = __squall::NoBase;
        #[allow(unused_variables)]
        fn fields(
            cx: &mut __squall::Context,
            base: &mut __squall::Option<Self::Base>,
        ) -> impl __squall::Future<
            Output = __squall::Result<Self, __squall::Error>,
        > + __squall::Send {
            __squall::ready(
                (move || -> __squall::Result<Self, __squall::Error> {
                    let field_title = <Init<&'static str>>::take(cx, 0)?;
                    let field_text = <Init<String>>::take(cx, 1)?;
                    __squall::Ok(Self {
                        title: field_title,
                        text: field_text,
                    })
                })(),
            )
        }
    }
    impl Page {
        /// This handler with its values, to stand behind a pattern in `routes!`.
        #[allow(dead_code)]
        #[must_use]
        pub fn init(title: &'static str, text: String) -> __squall::Given {
            __squall::Given::new::<
                Self,
            >(__squall::vec![__squall::Arc::new(title), __squall::Arc::new(text)])
        }
    }
};
#[allow(clippy::unused_self, clippy::unused_async)]
impl Page {
    fn get(&self) -> String {
        self.text.clone()
    }
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    #[automatically_derived]
    impl __squall::HandlerImpl for Page {
        const METHODS: &'static [__squall::MethodEntry] = &[
            __squall::MethodEntry::new::<Page, __squall_get>(),
        ];
    }
    #[allow(non_camel_case_types)]
    struct __squall_get;
    #[automatically_derived]
    impl __squall::Method<__squall_get> for Page {
        const NAME: &'static str = "GET";
        fn call(
            live: &mut __squall::Live<Self>,
            cx: &mut __squall::Context,
        ) -> impl __squall::Future<
            Output = __squall::Result<(), __squall::Error>,
        > + __squall::Send {
            __squall::ready(
                (move || -> __squall::Result<(), __squall::Error> {
                    let __squall::Parts { this, request, .. } = live.parts()?;
                    let this = &*this;
                    let answer = this.get();
                    let response = __squall::respond::<String>(answer, request);
                    __squall::answer(cx, response)
                })(),
            )
        }
    }
};
