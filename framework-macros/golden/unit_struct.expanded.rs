struct Hello;
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    #[automatically_derived]
    impl __squall::HandlerStruct for Hello {
        const NAME: &'static str = "Hello";
        const ROUTES: &'static [__squall::Spec] = &[
            __squall::Spec {
                text: "/",
                shape: __squall::Shape::Segments(
                    &[
                        __squall::Segment::Literal {
                            text: "",
                        },
                    ],
                ),
                hash: 12638123428881205758u64,
                parameters: &[],
                file: ::core::file!(),
                line: ::core::line!(),
                ..__squall::Spec::PLAIN
            },
        ];
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
                    __squall::Ok(Self {})
                })(),
            )
        }
    }
    impl Hello {
        /// The URL of this handler: `/`, behind the prefixes of its bases. Values are percent-encoded.
        #[allow(dead_code, unused_mut)]
        #[must_use]
        fn url() -> __squall::String {
            let mut url = __squall::begin(__squall::prefix_of::<Hello>(), 1);
            url.push_str("/");
            url
        }
    }
};
#[allow(clippy::unused_self, clippy::unused_async)]
impl Hello {
    fn get(&self) -> &'static str {
        "Hello, world"
    }
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    #[automatically_derived]
    impl __squall::HandlerImpl for Hello {
        const METHODS: &'static [__squall::MethodEntry] = &[
            __squall::MethodEntry::new::<Hello, __squall_get>(),
        ];
    }
    #[allow(non_camel_case_types)]
    struct __squall_get;
    #[automatically_derived]
    impl __squall::Method<__squall_get> for Hello {
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
                    let response = __squall::respond::<&'static str>(answer, request);
                    __squall::answer(cx, response)
                })(),
            )
        }
    }
};
