struct r#Thing {
    r#type: String,
    r#match: bool,
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    const PATH_TYPE: __squall::PathField<String> = __squall::PathField::<
        String,
    >::new("type");
    #[automatically_derived]
    impl __squall::HandlerStruct for r#Thing {
        const NAME: &'static str = "Thing";
        const ROUTES: &'static [__squall::Spec] = &[
            __squall::Spec {
                text: "/things/{type}",
                shape: __squall::Shape::Segments(
                    &[
                        __squall::Segment::Literal {
                            text: "things",
                        },
                        __squall::Segment::Parameter,
                    ],
                ),
                hash: 8245456419031539588u64,
                parameters: &["type"],
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
                    let field_type = __squall::path(cx, &PATH_TYPE)?;
                    let field_match = __squall::required::<
                        bool,
                    >(cx, __squall::Source::Query, "match")?;
                    __squall::Ok(Self {
                        r#type: field_type,
                        r#match: field_match,
                    })
                })(),
            )
        }
    }
    impl r#Thing {
        /// The URL of this handler: `/things/{type}`, behind the prefixes of its bases. Values are percent-encoded.
        #[allow(dead_code, unused_mut)]
        #[must_use]
        fn url(r#type: impl __squall::Argument<String>) -> __squall::String {
            let mut url = __squall::begin(__squall::prefix_of::<r#Thing>(), 22);
            url.push_str("/things/");
            PATH_TYPE.push(&mut url, &r#type);
            url
        }
    }
};
