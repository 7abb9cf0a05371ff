//! What the tests share: a list of events, and a raw connection.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use squall::testing::TestClient;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

/// What happened, in order. Cheap to clone, so that a test keeps one and gives one to the application.
#[derive(Clone, Debug, Default)]
pub(crate) struct Events(Arc<Mutex<Vec<String>>>);

impl Events {
    pub(crate) fn note(&self, event: impl Into<String>) {
        self.0.lock().unwrap().push(event.into());
    }

    pub(crate) fn list(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// Waits until this event is in the list.
    pub(crate) async fn wait_for(&self, event: &str) {
        let seen = async {
            while !self.list().iter().any(|seen| seen == event) {
                sleep(Duration::from_millis(2)).await;
            }
        };
        let ended = timeout(Duration::from_secs(4), seen).await;
        assert!(ended.is_ok(), "`{event}` never came: {:?}", self.list());
    }
}

/// Sends bytes over a connection of their own and gives back all that comes until it is closed, or until nothing has come for a while.
pub(crate) async fn exchange(client: &TestClient, request: impl AsRef<[u8]>) -> String {
    let mut stream = connect(client).await;
    stream.write_all(request.as_ref()).await.unwrap();
    read_quiet(&mut stream).await
}

pub(crate) async fn connect(client: &TestClient) -> TcpStream {
    TcpStream::connect(client.address().unwrap()).await.unwrap()
}

/// Reads until the peer closes, or is quiet for 300 ms.
pub(crate) async fn read_quiet(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(Ok(read)) = timeout(Duration::from_millis(300), stream.read(&mut buffer)).await {
        if read == 0 {
            break;
        }
        answer.extend_from_slice(&buffer[..read]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}
