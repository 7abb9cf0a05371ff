const ALL: Routes = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    #[allow(unused_qualifications)]
    const ITEMS: &[__squall::Item<__squall::Target>; 3] = &[
        __squall::item::<stories::Story>(),
        __squall::Item::List(__squall::Routes::entries(&feeds::ROUTES)),
        __squall::Item::Handler {
            owner: "Page::init",
            specs: &[
                __squall::Spec {
                    text: "/about/{section}",
                    shape: __squall::Shape::Segments(
                        &[
                            __squall::Segment::Literal {
                                text: "about",
                            },
                            __squall::Segment::Parameter,
                        ],
                    ),
                    hash: 16114152053340452484u64,
                    parameters: &["section"],
                    file: ::core::file!(),
                    line: ::core::line!(),
                    ..__squall::Spec::PLAIN
                },
            ],
            prefix: __squall::None,
            target: __squall::Target::Make(|| {
                __squall::IntoTarget::into_target(Page::init("about.html"))
                    .in_crate(::core::env!("CARGO_MANIFEST_DIR"))
            }),
        },
    ];
    const PROOF: &__squall::Proof<__squall::Target, 3, { __squall::count(ITEMS) }> = &__squall::Proof::new::<
        { __squall::slots(ITEMS) },
    >(ITEMS, __squall::Target::NONE);
    const _: () = PROOF.report(ITEMS, 0);
    const _: () = PROOF.report(ITEMS, 1);
    const _: () = PROOF.report(ITEMS, 2);
    PROOF.list()
};
