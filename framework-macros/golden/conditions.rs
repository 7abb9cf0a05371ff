#[handler]
#[route("/stories/{id}")]
struct Story {
    id: u64,
    #[cfg(feature = "pages")]
    #[query]
    page: u32,
    #[cfg(feature = "db")]
    db: State<Db>,
}

#[handler]
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
    #[prepare]
    fn load(&mut self) {}

    #[cfg(feature = "log")]
    #[cfg(not(test))]
    #[on_finish]
    async fn record(&self, outcome: &Outcome) {
        pending().await
    }

    #[cfg(test)]
    #[on_finish]
    fn record_in_test(&self, outcome: &Outcome) {}
}

const ALL: Routes = routes![
    Story,
    #[cfg(feature = "pages")]
    Pages,
];
