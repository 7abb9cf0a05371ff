struct Month {
    year: u16,
    month: u8,
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    const PATH_YEAR: __squall::PathField<u16> = __squall::PathField::<u16>::new("year");
    const PATH_MONTH: __squall::PathField<u8> = __squall::PathField::<u8>::new("month");
    #[automatically_derived]
    impl __squall::HandlerStruct for Month {
        const NAME: &'static str = "Month";
        const ROUTES: &'static [__squall::Spec] = &[
            __squall::Spec {
                text: r"/(?<year>[0-9]{4})-(?<month>[0-9]{2})",
                shape: __squall::Shape::Expression {
                    text: "/(?<year>[0-9]{4})-(?<month>[0-9]{2})",
                },
                hash: 14560568237336779768u64,
                parameters: &["year", "month"],
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
                    let field_year = __squall::path(cx, &PATH_YEAR)?;
                    let field_month = __squall::path(cx, &PATH_MONTH)?;
                    __squall::Ok(Self {
                        year: field_year,
                        month: field_month,
                    })
                })(),
            )
        }
    }
};
