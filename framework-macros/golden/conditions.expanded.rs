struct Story {
    id: u64,
    #[cfg(feature = "pages")]
    page: u32,
    #[cfg(feature = "db")]
    db: State<Db>,
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
                #[cfg(feature = "pages")]
                let field_page = __squall::required::<
                    u32,
                >(cx, __squall::Source::Query, "page")?;
                #[cfg(feature = "db")]
                let field_db = <State<Db> as __squall::FromRequestParts>::__take(cx)
                    .await?;
                __squall::Ok(Self {
                    id: field_id,
                    #[cfg(feature = "pages")]
                    page: field_page,
                    #[cfg(feature = "db")]
                    db: field_db,
                })
            }
        }
        fn requirements(requirements: &mut __squall::Requirements) {
            #[cfg(feature = "db")]
            <State<Db> as __squall::FromRequestParts>::requirements(requirements);
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
#[allow(clippy::unused_self, clippy::unused_async)]
impl Story {
    #[cfg(feature = "db")]
    fn get(&self) -> &'static str {
        "from the database"
    }
    #[cfg(not(feature = "db"))]
    fn get(&self) -> &'static str {
        "from memory"
    }
    #[cfg(feature = "db")]
    fn load(&mut self) {}
    #[cfg(feature = "log")]
    #[cfg(not(test))]
    async fn record(&self, outcome: &Outcome) {
        pending().await
    }
    #[cfg(test)]
    fn record_in_test(&self, outcome: &Outcome) {}
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    #[automatically_derived]
    impl __squall::HandlerImpl for Story {
        const METHODS: &'static [__squall::MethodEntry] = &[
            #[cfg(feature = "db")]
            __squall::MethodEntry::new::<Story, __squall_get>(),
            #[cfg(not(feature = "db"))]
            __squall::MethodEntry::new::<Story, __squall_get>(),
        ];
        const HOOKS: __squall::Hooks = __squall::Hooks {
            waits: false,
            user: __squall::None,
            speaks: false,
            writes_errors: false,
            finishes: ::core::cfg!(all(feature = "log", not(test)))
                || ::core::cfg!(all(test)),
            finish_waits: ::core::cfg!(all(feature = "log", not(test))),
            closes: false,
        };
        #[cfg(feature = "db")]
        #[allow(unused_variables)]
        fn prepare(
            &mut self,
            cx: &mut __squall::Context,
        ) -> impl __squall::Future<
            Output = __squall::Result<(), __squall::Error>,
        > + __squall::Send {
            async move {
                let answer = Self::load(self);
                __squall::prepared::<()>(answer)
            }
        }
        #[cfg(feature = "log")]
        #[cfg(not(test))]
        fn on_finish<'a>(
            &'a self,
            given: &'a __squall::Outcome,
        ) -> __squall::Option<__squall::BoxFuture<'a, ()>> {
            __squall::Some(__squall::hook(self.record(given)))
        }
        #[cfg(test)]
        fn on_finish<'a>(
            &'a self,
            given: &'a __squall::Outcome,
        ) -> __squall::Option<__squall::BoxFuture<'a, ()>> {
            self.record_in_test(given);
            __squall::None
        }
    }
    #[cfg(feature = "db")]
    #[allow(non_camel_case_types)]
    struct __squall_get;
    #[cfg(feature = "db")]
    #[automatically_derived]
    impl __squall::Method<__squall_get> for Story {
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
    #[cfg(not(feature = "db"))]
    #[allow(non_camel_case_types)]
    struct __squall_get;
    #[cfg(not(feature = "db"))]
    #[automatically_derived]
    impl __squall::Method<__squall_get> for Story {
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
const ALL: Routes = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    #[allow(unused_qualifications)]
    const ITEMS: &[__squall::Item<__squall::Target>; 2] = &[
        __squall::item::<Story>(),
        {
            #[cfg(all(feature = "pages"))] { __squall::item::<Pages>() }
            #[cfg(not(all(feature = "pages")))] { __squall::Item::List(&[]) }
        },
    ];
    const PROOF: &__squall::Proof<__squall::Target, 2, { __squall::count(ITEMS) }> = &__squall::Proof::new::<
        { __squall::slots(ITEMS) },
    >(ITEMS, __squall::Target::NONE);
    const _: () = PROOF.report(ITEMS, 0);
    const _: () = PROOF.report(ITEMS, 1);
    PROOF.list()
};
