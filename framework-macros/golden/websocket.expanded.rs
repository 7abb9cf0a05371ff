struct Room {
    site: Site,
    room: String,
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    const PATH_ROOM: __squall::PathField<String> = __squall::PathField::<
        String,
    >::new("room");
    #[automatically_derived]
    impl __squall::HandlerStruct for Room {
        const NAME: &'static str = "Room";
        const ROUTES: &'static [__squall::Spec] = &[
            __squall::Spec {
                text: "/rooms/{room}",
                shape: __squall::Shape::Segments(
                    &[
                        __squall::Segment::Literal {
                            text: "rooms",
                        },
                        __squall::Segment::Parameter,
                    ],
                ),
                hash: 2140972899628796395u64,
                parameters: &["room"],
                file: ::core::file!(),
                line: ::core::line!(),
                ..__squall::Spec::PLAIN
            },
        ];
        const IS_SOCKET_STRUCT: bool = true;
        type Base = Site;
        fn base(&self) -> __squall::Option<&Self::Base> {
            __squall::Some(&self.site)
        }
        fn base_mut(&mut self) -> __squall::Option<&mut Self::Base> {
            __squall::Some(&mut self.site)
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
                    let field_room = __squall::path(cx, &PATH_ROOM)?;
                    __squall::Ok(Self {
                        site: __squall::taken(base)?,
                        room: field_room,
                    })
                })(),
            )
        }
    }
    #[automatically_derived]
    impl __squall::WebSocketStruct for Room {}
    const _: () = __squall::base_is_no_socket::<Room>();
    impl Room {
        /// The URL of this handler: `/rooms/{room}`, behind the prefixes of its bases. Values are percent-encoded.
        #[allow(dead_code, unused_mut)]
        #[must_use]
        fn url(room: impl __squall::Argument<String>) -> __squall::String {
            let mut url = __squall::begin(__squall::prefix_of::<Room>(), 21);
            url.push_str("/rooms/");
            PATH_ROOM.push(&mut url, &room);
            url
        }
    }
};
#[allow(clippy::unused_self, clippy::unused_async)]
impl Room {
    fn settings(&self) -> Settings {
        todo!()
    }
    async fn check(&self, cx: &mut Context) -> Result<()> {
        todo!()
    }
    async fn open(&mut self, socket: &mut WebSocket) -> Result<()> {
        todo!()
    }
    /// The arguments may stand in any order.
    async fn message(&mut self, talk: Json<Talk>, socket: &mut WebSocket) -> Result<()> {
        todo!()
    }
    /// A plain function that takes what it wants.
    #[cfg(feature = "pings")]
    fn ping(&self, payload: Vec<u8>) {
        todo!()
    }
    async fn close(&mut self, reason: CloseReason) {
        todo!()
    }
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    #[automatically_derived]
    impl __squall::WebSocketImpl for Room {
        const HEARS_PINGS: bool = ::core::cfg!(all(feature = "pings"));
        const HEARS_MEMBERS: bool = false;
        fn settings(&self) -> __squall::Option<__squall::Settings> {
            let settings = Self::settings(self);
            __squall::Some(__squall::settings::<Settings>(settings))
        }
        #[allow(unused_variables)]
        fn open(
            &mut self,
            socket: &mut __squall::WebSocket,
        ) -> impl __squall::Future<
            Output = __squall::Result<(), __squall::Error>,
        > + __squall::Send {
            async move {
                let answer = Self::open(self, socket).await;
                __squall::ended::<Result<()>>(answer)
            }
        }
        #[allow(unused_variables)]
        fn message(
            &mut self,
            socket: &mut __squall::WebSocket,
            given: __squall::Message,
        ) -> impl __squall::Future<
            Output = __squall::Result<(), __squall::Error>,
        > + __squall::Send {
            async move {
                let argument: Json<Talk> = <Json<
                    Talk,
                > as __squall::FromMessage>::from_message(given)?;
                let answer = Self::message(self, argument, socket).await;
                __squall::ended::<Result<()>>(answer)
            }
        }
        #[cfg(feature = "pings")]
        #[allow(unused_variables)]
        fn ping(
            &mut self,
            socket: &mut __squall::WebSocket,
            given: __squall::Vec<u8>,
        ) -> impl __squall::Future<
            Output = __squall::Result<(), __squall::Error>,
        > + __squall::Send {
            async move {
                let argument: Vec<u8> = given;
                let answer = Self::ping(self, argument);
                __squall::ended::<()>(answer)
            }
        }
        #[allow(unused_variables)]
        fn close(
            &mut self,
            given: __squall::CloseReason,
        ) -> impl __squall::Future<
            Output = __squall::Result<(), __squall::Error>,
        > + __squall::Send {
            async move {
                let argument: CloseReason = given;
                let answer = Self::close(self, argument).await;
                __squall::ended::<()>(answer)
            }
        }
    }
    #[automatically_derived]
    impl __squall::HandlerImpl for Room {
        const METHODS: &'static [__squall::MethodEntry] = &[
            __squall::MethodEntry::new::<Room, __squall::Opening>(),
        ];
        const IS_SOCKET: bool = true;
        const HOOKS: __squall::Hooks = __squall::Hooks {
            waits: false,
            user: __squall::None,
            speaks: false,
            writes_errors: false,
            finishes: false,
            finish_waits: false,
            closes: false,
        };
        #[allow(unused_variables)]
        fn prepare(
            &mut self,
            cx: &mut __squall::Context,
        ) -> impl __squall::Future<
            Output = __squall::Result<(), __squall::Error>,
        > + __squall::Send {
            async move {
                let answer = Self::check(self, cx).await;
                __squall::prepared::<Result<()>>(answer)
            }
        }
    }
};
