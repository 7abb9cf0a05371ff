struct Story {
    id: u64,
    seen: Vec<String>,
    since: Instant,
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
                    let field_seen = <Vec<
                        String,
                    > as __squall::FieldDefault>::field_default();
                    let field_since = __squall::default::<Instant>(Instant::now());
                    __squall::Ok(Self {
                        id: field_id,
                        seen: field_seen,
                        since: field_since,
                    })
                })(),
            )
        }
    }
    impl Story {
        /// The URL of this handler: `/stories/{id}`, behind the prefixes of its bases. Values are percent-encoded.
        #[allow(dead_code, unused_mut)]
        #[must_use]
        fn url(id: impl __squall::Argument<u64>) -> __squall::String {
            let mut url = __squall::begin(__squall::prefix_of::<Story>(), 21);
            url.push_str("/stories/");
            PATH_ID.push(&mut url, &id);
            url
        }
    }
};
