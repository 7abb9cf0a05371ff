//! What the tests of the chat need: the program, a network that can be cut, and browsers behind it.

use std::{
    env, fs,
    net::SocketAddr,
    ops::Deref,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use squall_browser::{Program, Result};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::watch,
};

/// The program.
pub(crate) struct Chat {
    pub(crate) address: SocketAddr,
    program: Program,
}

impl Chat {
    /// Starts it, at a port; 0 is any.
    pub(crate) async fn start(port: u16) -> Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
        command.args(["--port", &port.to_string(), "--log", "error"]);
        let (program, line) = Program::start(&mut command, "listens on http://").await?;
        let address = line.rsplit('/').next().unwrap_or_default().trim();
        Ok(Self {
            address: address.parse()?,
            program,
        })
    }

    /// Ends it as one does, and waits until it has ended.
    pub(crate) async fn end(self) -> Result<()> {
        self.program.end().await
    }
}

/// What a network lets through.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Through {
    #[default]
    All,
    /// No sockets.
    NoSockets,
    /// No event streams either.
    PollsOnly,
    /// Connections can be made, and nothing comes of them.
    Stalled,
    /// Nothing.
    Nothing,
}

/// A network between one browser and the program. Each connection takes one request, so each can be looked at.
pub(crate) struct Network {
    pub(crate) origin: String,
    lets: watch::Sender<Through>,
    /// How many sockets were opened.
    pub(crate) sockets: Arc<AtomicU8>,
}

impl Network {
    pub(crate) async fn to(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let (lets, through) = watch::channel(Through::All);
        let sockets = Arc::new(AtomicU8::new(0));
        let counter = Arc::clone(&sockets);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (through, counter) = (through.clone(), Arc::clone(&counter));
                tokio::spawn(async move {
                    _ = carry(stream, server, through, &counter).await;
                });
            }
        });
        Ok(Self {
            origin,
            lets,
            sockets,
        })
    }

    /// Lets this through from now on. What is open goes on, where that is let through; a stall keeps it open, and silent.
    pub(crate) fn lets(&self, through: Through) {
        self.lets.send_replace(through);
    }
}

async fn carry(
    mut client: TcpStream,
    server: SocketAddr,
    mut through: watch::Receiver<Through>,
    sockets: &AtomicU8,
) -> Result<()> {
    let head = async {
        let mut head = Vec::new();
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            let mut byte = [0; 4096];
            match client.read(&mut byte).await? {
                0 => return Err("no request".into()),
                count => head.extend_from_slice(&byte[..count]),
            }
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(head)
    };
    let mut head = head.await.map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&head).to_lowercase();
    let is_socket = text.contains("upgrade: websocket");
    let is_stream = text.contains("accept: text/event-stream");
    let passes = move |through: Through| match through {
        Through::All | Through::Stalled => true,
        Through::NoSockets => !is_socket,
        Through::PollsOnly => !is_socket && !is_stream,
        Through::Nothing => false,
    };
    while *through.borrow_and_update() == Through::Stalled {
        through.changed().await?;
    }
    let now = *through.borrow();
    if !passes(now) {
        if now != Through::Nothing {
            client
                .write_all(
                    b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                )
                .await?;
        }
        return Ok(());
    }
    if is_socket {
        sockets.fetch_add(1, Ordering::Relaxed);
    } else {
        // One request a connection: the next one is looked at too.
        let line_end = head.windows(2).position(|end| end == b"\r\n").unwrap_or(0);
        head.splice(line_end..line_end, *b"\r\nconnection: close");
        let kept = String::from_utf8_lossy(&head).replacen("Connection: keep-alive\r\n", "", 1);
        head = kept.into_bytes();
    }
    let mut server = TcpStream::connect(server).await?;
    server.write_all(&head).await?;
    loop {
        let now = *through.borrow_and_update();
        if !passes(now) {
            return Ok(());
        }
        tokio::select! {
            changed = through.changed() => changed?,
            done = copy_bidirectional(&mut client, &mut server), if now != Through::Stalled => {
                done?;
                return Ok(());
            }
        }
    }
}

/// A browser with a network of its own.
pub(crate) struct Browser {
    browser: squall_browser::Browser,
    pub(crate) network: Network,
}

impl Deref for Browser {
    type Target = squall_browser::Browser;

    fn deref(&self) -> &squall_browser::Browser {
        &self.browser
    }
}

impl Browser {
    pub(crate) async fn start(chat: &Chat) -> Result<Self> {
        Ok(Self {
            browser: squall_browser::Browser::start().await?,
            network: Network::to(chat.address).await?,
        })
    }

    pub(crate) async fn goto(&self, path: &str) -> Result<()> {
        let url = format!("{}{path}", self.network.origin);
        Ok(self.client.goto(&url).await?)
    }

    /// Comes into a room by the start page.
    pub(crate) async fn enter(&self, name: &str, room: &str) -> Result<()> {
        self.goto("/").await?;
        for (field, text) in [("#name", name), ("#room", room)] {
            self.clear(field).await?;
            self.fill(field, text).await?;
        }
        self.press("button").await?;
        self.wait_for("h1", room).await
    }

    /// Says something in the room.
    pub(crate) async fn say(&self, text: &str) -> Result<()> {
        self.fill("#text", &format!("{text}\u{e007}")).await
    }

    /// Keeps a picture of the page in the folder `CHAT_PICTURES`, where that is said.
    pub(crate) async fn picture(&self, name: &str) -> Result<()> {
        if let Some(folder) = env::var_os("CHAT_PICTURES") {
            let file = PathBuf::from(folder).join(format!("{name}.png"));
            fs::write(file, self.client.screenshot().await?)?;
        }
        Ok(())
    }

    /// Checks that nothing went wrong on any page but on the network.
    pub(crate) async fn check_all_but_network(&self) -> Result<()> {
        self.check_console(|source, line| {
            source == "network"
                || line.contains("WebSocket connection to")
                || line.contains("net::ERR_")
        })
        .await
    }
}
