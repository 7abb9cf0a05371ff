struct Upload;
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    #[automatically_derived]
    impl __squall::HandlerStruct for Upload {
        const NAME: &'static str = "Upload";
        const ROUTES: &'static [__squall::Spec] = &[
            __squall::Spec {
                text: "/upload",
                shape: __squall::Shape::Segments(
                    &[
                        __squall::Segment::Literal {
                            text: "upload",
                        },
                    ],
                ),
                hash: 10614465941243708531u64,
                parameters: &[],
                file: ::core::file!(),
                line: ::core::line!(),
                ..__squall::Spec::PLAIN
            },
        ];
        const BODY: __squall::BodyLimits = __squall::BodyLimits {
            max_body: __squall::Some(1073741824),
            max_in_memory: __squall::Some(65536),
            deadline: __squall::Some(__squall::Duration::from_millis(300000)),
            max_parts: __squall::Some(500),
            ..__squall::BodyLimits::UNSAID
        };
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
    impl Upload {
        /// The URL of this handler: `/upload`, behind the prefixes of its bases. Values are percent-encoded.
        #[allow(dead_code, unused_mut)]
        #[must_use]
        fn url() -> __squall::String {
            let mut url = __squall::begin(__squall::prefix_of::<Upload>(), 7);
            url.push_str("/upload");
            url
        }
    }
};
