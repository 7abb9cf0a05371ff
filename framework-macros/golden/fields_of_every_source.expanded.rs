pub struct Story {
    id: u64,
    path: String,
    page: Option<u32>,
    per_page: u32,
    tags: Vec<String>,
    languages: Option<String>,
    theme: String,
    db: State<Db>,
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    const PATH_ID: __squall::PathField<u64> = __squall::PathField::<u64>::new("id");
    const PATH_PATH: __squall::PathField<String> = __squall::PathField::<
        String,
    >::new("rest");
    #[automatically_derived]
    impl __squall::HandlerStruct for Story {
        const NAME: &'static str = "Story";
        const ROUTES: &'static [__squall::Spec] = &[
            __squall::Spec {
                text: "/stories/{id}/{*rest}",
                shape: __squall::Shape::Segments(
                    &[
                        __squall::Segment::Literal {
                            text: "stories",
                        },
                        __squall::Segment::Parameter,
                        __squall::Segment::CatchAll,
                    ],
                ),
                hash: 12510822906174862990u64,
                parameters: &["id", "rest"],
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
                let field_id = __squall::path(cx, &PATH_ID)?;
                let field_path = __squall::path(cx, &PATH_PATH)?;
                let field_page = __squall::optional::<
                    u32,
                >(cx, __squall::Source::Query, "page")?;
                let field_per_page = __squall::or_default::<
                    u32,
                >(
                    cx,
                    __squall::Source::Query,
                    "per_page",
                    || __squall::default::<u32>(20),
                )?;
                let field_tags = __squall::many::<
                    String,
                >(cx, __squall::Source::Query, "tag")?;
                let field_languages = __squall::optional::<
                    String,
                >(cx, __squall::Source::Header, "accept-language")?;
                let field_theme = __squall::required::<
                    String,
                >(cx, __squall::Source::Cookie, "theme")?;
                let field_db = <State<Db> as __squall::FromRequestParts>::__take(cx)
                    .await?;
                __squall::Ok(Self {
                    id: field_id,
                    path: field_path,
                    page: field_page,
                    per_page: field_per_page,
                    tags: field_tags,
                    languages: field_languages,
                    theme: field_theme,
                    db: field_db,
                })
            }
        }
        fn requirements(requirements: &mut __squall::Requirements) {
            <State<Db> as __squall::FromRequestParts>::requirements(requirements);
        }
    }
    impl Story {
        /// The URL of this handler: `/stories/{id}/{*rest}`, behind the prefixes of its bases. Values are percent-encoded.
        #[allow(dead_code, unused_mut)]
        #[must_use]
        pub fn url(
            id: impl __squall::Argument<u64>,
            path: impl __squall::Argument<String>,
        ) -> __squall::String {
            let mut url = __squall::begin(__squall::prefix_of::<Story>(), 37);
            url.push_str("/stories/");
            PATH_ID.push(&mut url, &id);
            url.push_str("/");
            PATH_PATH.push_rest(&mut url, &path);
            url
        }
    }
};
