struct Admin {
    db: State<Db>,
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    #[automatically_derived]
    impl __squall::HandlerStruct for Admin {
        const NAME: &'static str = "Admin";
        const PREFIX: __squall::Option<&'static __squall::Prefix> = __squall::Some(
            &__squall::Prefix {
                text: "/admin",
                segments: &[
                    __squall::Segment::Literal {
                        text: "admin",
                    },
                ],
                parent: __squall::prefix_of::<Self>(),
            },
        );
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
                let field_db = <State<Db> as __squall::FromRequestParts>::__take(cx)
                    .await?;
                __squall::Ok(Self { db: field_db })
            }
        }
        fn requirements(requirements: &mut __squall::Requirements) {
            <State<Db> as __squall::FromRequestParts>::requirements(requirements);
        }
    }
};
#[allow(clippy::unused_self, clippy::unused_async)]
impl Admin {}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    #[automatically_derived]
    impl __squall::HandlerImpl for Admin {
        const METHODS: &'static [__squall::MethodEntry] = &[];
    }
};
struct Users {
    admin: Admin,
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    #[automatically_derived]
    impl __squall::HandlerStruct for Users {
        const NAME: &'static str = "Users";
        const ROUTES: &'static [__squall::Spec] = &[
            __squall::Spec {
                text: "/users",
                shape: __squall::Shape::Segments(
                    &[
                        __squall::Segment::Literal {
                            text: "users",
                        },
                    ],
                ),
                hash: 8913951954448012806u64,
                parameters: &[],
                file: ::core::file!(),
                line: ::core::line!(),
                ..__squall::Spec::PLAIN
            },
        ];
        const DISCONNECT: __squall::Option<__squall::Disconnect> = __squall::Some(
            __squall::Disconnect::Finish,
        );
        type Base = Admin;
        fn base(&self) -> __squall::Option<&Self::Base> {
            __squall::Some(&self.admin)
        }
        fn base_mut(&mut self) -> __squall::Option<&mut Self::Base> {
            __squall::Some(&mut self.admin)
        }
        #[allow(unused_variables)]
        fn fields(
            cx: &mut __squall::Context,
            base: &mut __squall::Option<Self::Base>,
        ) -> impl __squall::Future<
            Output = __squall::Result<Self, __squall::Error>,
        > + __squall::Send {
            __squall::ready(
                (move || -> __squall::Result<Self, __squall::Error> {
                    __squall::Ok(Self {
                        admin: __squall::taken(base)?,
                    })
                })(),
            )
        }
    }
    const _: () = __squall::base_is_no_socket::<Users>();
    impl Users {
        /// The URL of this handler: `/users`, behind the prefixes of its bases. Values are percent-encoded.
        #[allow(dead_code, unused_mut)]
        #[must_use]
        fn url() -> __squall::String {
            let mut url = __squall::begin(__squall::prefix_of::<Users>(), 6);
            url.push_str("/users");
            url
        }
    }
};
