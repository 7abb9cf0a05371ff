fn main() -> squall::Result<()> {
    async fn main() -> squall::Result<()> {
        Application::new(routes![Hello]).serve(Options::parse()).await
    }
    ::squall::__private::block_on_main(main())
}
