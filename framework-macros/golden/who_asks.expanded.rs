#[allow(clippy::unused_self, clippy::unused_async)]
impl Site {
    async fn user(&self, cx: &mut Context) -> Result<Option<User>> {
        self.users.find(cx.cookie("user")).await
    }
    fn locale(&self) -> Option<Locale> {
        None
    }
}
#[allow(unused_qualifications, clippy::all, clippy::pedantic)]
const _: () = {
    #[allow(unused_imports)]
    use ::squall::__private as __squall;
    const USER: __squall::UserHook<Result<Option<User>>> = __squall::UserHook::<
        Result<Option<User>>,
    >::new();
    #[automatically_derived]
    impl __squall::HandlerImpl for Site {
        const METHODS: &'static [__squall::MethodEntry] = &[];
        const HOOKS: __squall::Hooks = __squall::Hooks {
            waits: true,
            user: {
                #[allow(unused_variables)]
                let user: __squall::Option<__squall::UserType> = __squall::None;
                let user = __squall::Some(USER.finds);
                user
            },
            speaks: true,
            writes_errors: false,
            finishes: false,
            finish_waits: false,
            closes: false,
        };
        fn current_user<'a>(
            &'a self,
            cx: &'a mut __squall::Context,
        ) -> __squall::Option<
            __squall::BoxFuture<'a, __squall::Result<(), __squall::Error>>,
        > {
            __squall::Some(
                __squall::hook(async move {
                    let answer = Self::user(self, cx).await;
                    (USER.keep)(cx, answer)
                }),
            )
        }
        fn user_locale<'a>(
            &'a self,
            cx: &'a mut __squall::Context,
        ) -> __squall::Option<
            __squall::BoxFuture<'a, __squall::Result<(), __squall::Error>>,
        > {
            __squall::Some(
                __squall::hook(async move {
                    let answer = Self::locale(self);
                    __squall::spoken::<Option<Locale>>(cx, answer)
                }),
            )
        }
    }
};
