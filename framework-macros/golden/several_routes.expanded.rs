struct Story {
    id: u64,
    page: Option<u32>,
    order: String,
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    const PATH_ID: __squall::PathField<u64> = __squall::PathField::<u64>::new("id");
    const PATH_PAGE: __squall::PathField<u32> = __squall::PathField::<u32>::new("page");
    const PATH_ORDER: __squall::PathField<String> = __squall::PathField::<
        String,
    >::new("order");
    #[automatically_derived]
    impl __squall::HandlerStruct for Story {
        const NAME: &'static str = "Story";
        const ROUTES: &'static [__squall::Spec] = &[
            __squall::Spec {
                text: "/stories/{id}/{page}",
                shape: __squall::Shape::Segments(
                    &[
                        __squall::Segment::Literal {
                            text: "stories",
                        },
                        __squall::Segment::Parameter,
                        __squall::Segment::Parameter,
                    ],
                ),
                hash: 12510876782244645329u64,
                parameters: &["id", "page"],
                file: ::core::file!(),
                line: ::core::line!(),
                ..__squall::Spec::PLAIN
            },
            __squall::Spec {
                text: "/stories/{id}/{page}/{order}",
                shape: __squall::Shape::Segments(
                    &[
                        __squall::Segment::Literal {
                            text: "stories",
                        },
                        __squall::Segment::Parameter,
                        __squall::Segment::Parameter,
                        __squall::Segment::Parameter,
                    ],
                ),
                hash: 7344133353001692126u64,
                parameters: &["id", "page", "order"],
                file: ::core::file!(),
                line: ::core::line!(),
                ..__squall::Spec::PLAIN
            },
            __squall::Spec {
                text: "/s/{id}",
                shape: __squall::Shape::Segments(
                    &[
                        __squall::Segment::Literal {
                            text: "s",
                        },
                        __squall::Segment::Parameter,
                    ],
                ),
                hash: 17144473808326991620u64,
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
                    let field_page = __squall::path_optional(cx, &PATH_PAGE)?;
                    let field_order = __squall::path_or_default(
                        cx,
                        &PATH_ORDER,
                        || __squall::default::<String>("newest"),
                    )?;
                    __squall::Ok(Self {
                        id: field_id,
                        page: field_page,
                        order: field_order,
                    })
                })(),
            )
        }
    }
    impl Story {
        /// The URL of this handler: `/stories/{id}/{page}`, behind the prefixes of its bases. Values are percent-encoded.
        #[allow(dead_code, unused_mut)]
        #[must_use]
        fn url(
            id: impl __squall::Argument<u64>,
            page: impl __squall::Argument<u32>,
        ) -> __squall::String {
            let mut url = __squall::begin(__squall::prefix_of::<Story>(), 36);
            url.push_str("/stories/");
            PATH_ID.push(&mut url, &id);
            url.push_str("/");
            PATH_PAGE.push(&mut url, &page);
            url
        }
    }
};
