struct Story(u64, Option<u32>, State<Db>);
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    const PATH_0: __squall::PathField<u64> = __squall::PathField::<u64>::new("id");
    #[automatically_derived]
    impl __squall::HandlerStruct for Story {
        const NAME: &'static str = "Story";
        const ROUTES: &'static [__squall::Spec] = &[
            __squall::Spec {
                text: "/stories/{id}",
                shape: __squall::Shape::Segments(
                    &[
                        __squall::Segment::Literal {
                            text: "stories",
                        },
                        __squall::Segment::Parameter,
                    ],
                ),
                hash: 57482460691340304u64,
                parameters: &["id"],
                file: ::core::file!(),
                line: ::core::line!(),
                ..__squall::Spec::PLAIN
            },
        ];
        const WAITS: bool = true;
        type Base = __squall::NoBase;
        #[allow(unused_variables)]
        fn fields(
            cx: &mut __squall::Context,
            base: &mut __squall::Option<Self::Base>,
        ) -> impl __squall::Future<
            Output = __squall::Result<Self, __squall::Error>,
        > + __squall::Send {
            async move {
                let field_0 = __squall::path(cx, &PATH_0)?;
                let field_1 = __squall::optional::<
                    u32,
                >(cx, __squall::Source::Query, "page")?;
                let field_2 = <State<Db> as __squall::FromRequestParts>::__take(cx)
                    .await?;
                __squall::Ok(Self {
                    0: field_0,
                    1: field_1,
                    2: field_2,
                })
            }
        }
        fn requirements(requirements: &mut __squall::Requirements) {
            <State<Db> as __squall::FromRequestParts>::requirements(requirements);
        }
    }
    impl Story {
        /// The URL of this handler: `/stories/{id}`, behind the prefixes of its bases. Values are percent-encoded.
        #[allow(dead_code, unused_mut)]
        #[must_use]
        fn url(argument_0: impl __squall::Argument<u64>) -> __squall::String {
            let mut url = __squall::begin(__squall::prefix_of::<Story>(), 21);
            url.push_str("/stories/");
            PATH_0.push(&mut url, &argument_0);
            url
        }
    }
};
