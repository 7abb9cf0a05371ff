#[websocket(base = site)]
#[route("/rooms/{room}")]
struct Room {
    site: Site,
    room: String,
}

#[websocket]
impl Room {
    fn settings(&self) -> Settings {
        todo!()
    }

    #[prepare]
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
