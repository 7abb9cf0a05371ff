struct Story {
    id: u64,
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    const PATH_ID: __squall::PathField<u64> = __squall::PathField::<u64>::new("id");
    #[automatically_derived]
    impl __squall::HandlerStruct for Story {
        const NAME: &'static str = "Story";
        const ROUTES: &'static [__squall::Spec] = &[
            __squall::Spec {
                text: "/stories/{id:[0-9]+}",
                shape: __squall::Shape::Segments(
                    &[
                        __squall::Segment::Literal {
                            text: "stories",
                        },
                        __squall::Segment::Expression {
                            text: "[0-9]+",
                            sample: "1",
                        },
                    ],
                ),
                hash: 13738119090132395906u64,
                parameters: &["id"],
                host: __squall::Some(__squall::Label {
                    text: "*.example.com",
                    hash: 4282156789476448970u64,
                }),
                name: __squall::Some(__squall::Label {
                    text: "story",
                    hash: 4966978552801041298u64,
                }),
                rank: 1,
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
                    let field_id = __squall::path(cx, &PATH_ID)?;
                    __squall::Ok(Self { id: field_id })
                })(),
            )
        }
    }
    impl Story {
        /// The URL of this handler: `/stories/{id:[0-9]+}`, behind the prefixes of its bases. Values are percent-encoded.
        #[allow(dead_code, unused_mut)]
        #[must_use]
        fn url(id: impl __squall::Argument<u64>) -> __squall::String {
            let mut url = __squall::begin(__squall::prefix_of::<Story>(), 28);
            url.push_str("/stories/");
            PATH_ID.push(&mut url, &id);
            url
        }
    }
};
