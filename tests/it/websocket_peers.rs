//! WebSockets against other implementations: what each side says by chance, through a network that cuts it anywhere, the other one hears, in both
//! directions, up to a clean end. Here the peer is `tungstenite`; [`deflating`] has one that compresses.

mod deflating;

use std::{
    fmt, io,
    net::{SocketAddr, TcpListener as StdListener, TcpStream as StdStream},
    sync::Arc,
    time::Duration,
};

use proptest::{prelude::*, sample::Index, test_runner::TestRunner};
use squall::{
    Application, Result, State, routes,
    testing::TestClient,
    websocket,
    websocket::{CloseCode, CloseReason, Message, Sender, Settings, WebSocket, connect},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    runtime::Runtime,
    sync::watch,
    task::{JoinHandle, spawn_blocking},
    time::timeout,
};
use tungstenite::{
    Utf8Bytes,
    protocol::frame::{
        CloseFrame, Frame,
        coding::{Data, OpCode},
    },
};

/// So long nothing may come. Shorter than the time that squall gives its peer to close: who is cut off for that has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a peer asks behind all that it says.
const LAST: &[u8] = b"the last ping";

/// A conversation.
#[derive(Clone, Debug)]
struct Talk {
    by_peer: Vec<Said>,
    by_squall: Vec<Said>,
    /// Whether the peer speaks or listens next, where it could do both: a bit each.
    turns: u64,
    /// By what the network cuts, and into pieces of how many bytes at most.
    cuts: (u64, usize),
    end: End,
}

#[derive(Clone, Debug)]
enum Said {
    Message(Draft),
    Ping(Vec<u8>),
}

/// A message, by what it is made of.
#[derive(Clone, Debug)]
struct Draft {
    is_text: bool,
    length: usize,
    seed: u64,
    /// Whether it can be compressed well.
    is_dull: bool,
    /// Whether a peer that compresses leaves this one as it is.
    is_plain: bool,
    /// Where a peer cuts it into fragments, and the ping that it sends there.
    cuts: Vec<(Index, Option<Vec<u8>>)>,
}

/// Who closes, and with what.
#[derive(Clone, Debug)]
struct End {
    is_by_peer: bool,
    reason: Option<(u16, String)>,
}

fn talks() -> impl Strategy<Value = Talk> {
    let said = || prop::collection::vec(said(), 0..6);
    let reason = (
        prop::sample::select(vec![1000, 1001, 1011, 3000, 4999]),
        "[a-zé]{0,60}",
    );
    let end = (any::<bool>(), prop::option::of(reason));
    let cuts = (
        any::<u64>(),
        prop::sample::select(vec![1, 7, 300, 20_000, 100_000]),
    );
    (said(), said(), any::<u64>(), cuts, end).prop_map(
        |(by_peer, by_squall, turns, cuts, (is_by_peer, reason))| Talk {
            by_peer,
            by_squall,
            turns,
            cuts,
            end: End { is_by_peer, reason },
        },
    )
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        5 => draft().prop_map(Said::Message),
        1 => ping().prop_map(Said::Ping),
    ]
}

fn ping() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..=125)
}

fn draft() -> impl Strategy<Value = Draft> {
    // Around the borders of the three ways to write a length.
    let length = prop_oneof![
        8 => prop::sample::select(vec![0, 1, 125, 126, 127]),
        6 => 0..3000_usize,
        1 => prop::sample::select(vec![65_535, 65_536]),
        1 => 190_000..200_000_usize,
    ];
    let cuts = prop::collection::vec((any::<Index>(), prop::option::of(ping())), 0..4);
    // Few seeds: messages are said again, which a compressor that looks back makes use of.
    (any::<(bool, bool, bool)>(), length, 0..4_u64, cuts).prop_map(
        |((is_text, is_dull, is_plain), length, seed, cuts)| Draft {
            is_text,
            length,
            seed,
            is_dull,
            is_plain,
            cuts,
        },
    )
}

impl Draft {
    fn message(&self) -> Message {
        let mut random = Random(self.seed);
        if !self.is_text {
            let most = if self.is_dull { 3 } else { 256 };
            return Message::Binary((0..self.length).map(|_| random.below(most) as u8).collect());
        }
        let letters: &[char] = if self.is_dull {
            &['a', 'é']
        } else {
            &['a', 'z', '\0', 'é', '字', '\u{1f980}']
        };
        let mut text = String::new();
        while text.len() < self.length {
            let letter = letters[random.below(letters.len())];
            let fits = text.len() + letter.len_utf8() <= self.length;
            text.push(if fits { letter } else { 'a' });
        }
        Message::Text(text)
    }

    /// Its fragments, made of what is sent for it, and the ping behind each.
    fn pieces<'p>(
        &'p self,
        payload: &'p [u8],
    ) -> impl Iterator<Item = (&'p [u8], Option<&'p [u8]>)> {
        let mut places: Vec<_> = self
            .cuts
            .iter()
            .map(|(cut, _)| cut.index(payload.len() + 1))
            .collect();
        places.sort_unstable();
        let begins = [0].into_iter().chain(places.clone());
        let ends = places.into_iter().chain([payload.len()]);
        let pings = self
            .cuts
            .iter()
            .map(|(_, ping)| ping.as_deref())
            .chain([None]);
        begins
            .zip(ends)
            .zip(pings)
            .map(|((begin, end), ping)| (&payload[begin..end], ping))
    }
}

/// Chance that can be had again: xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.max(1);
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % most
    }
}

/// What somebody has heard.
#[derive(Clone, PartialEq)]
enum Heard {
    Message(Message),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<(u16, String)>),
}

impl fmt::Debug for Heard {
    /// A message by its kind and length: the draft, which is told as well, has all of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(Message::Text(text)) => write!(f, "Text({} bytes)", text.len()),
            Self::Message(Message::Binary(bytes)) => write!(f, "Binary({} bytes)", bytes.len()),
            Self::Ping(payload) => write!(f, "Ping({})", payload.escape_ascii()),
            Self::Pong(payload) => write!(f, "Pong({})", payload.escape_ascii()),
            Self::Close(reason) => write!(f, "Close({reason:?})"),
        }
    }
}

/// What is to be heard of what somebody says: of a peer with the pings between fragments, and the one at the end.
fn as_heard(said: &[Said], is_of_peer: bool) -> Vec<Heard> {
    let mut heard = Vec::new();
    for said in said {
        match said {
            Said::Ping(payload) => heard.push(Heard::Ping(payload.clone())),
            Said::Message(draft) => {
                let between = draft.cuts.iter().filter_map(|(_, ping)| ping.clone());
                if is_of_peer {
                    heard.extend(between.map(Heard::Ping));
                }
                heard.push(Heard::Message(draft.message()));
            }
        }
    }
    if is_of_peer {
        heard.push(Heard::Ping(LAST.to_vec()));
    }
    heard
}

fn is_message(heard: &Heard) -> bool {
    matches!(heard, Heard::Message(_))
}

fn is_pong(heard: &Heard) -> bool {
    matches!(heard, Heard::Pong(_))
}

/// Squall's side of a conversation.
#[derive(Clone)]
struct Side {
    talk: Arc<Talk>,
    settings: Settings,
    /// Whether it is told of pings and pongs.
    is_server: bool,
    heard: watch::Sender<Vec<Heard>>,
    end: watch::Sender<Option<CloseReason>>,
}

impl Side {
    fn new(talk: &Arc<Talk>, settings: &Settings, is_server: bool) -> Self {
        Self {
            talk: Arc::clone(talk),
            settings: settings.clone().close_timeout(PATIENCE * 2),
            is_server,
            heard: watch::Sender::new(Vec::new()),
            end: watch::Sender::new(None),
        }
    }

    fn hear(&self, heard: Heard) {
        self.heard.send_modify(|all| all.push(heard));
    }

    /// Says all, and where it is the one to do so, closes when it has heard all.
    async fn speak(self, sender: Sender) -> Result<()> {
        for said in &self.talk.by_squall {
            match said {
                Said::Message(draft) => sender.send(draft.message()).await?,
                Said::Ping(payload) => sender.ping(payload)?,
            }
        }
        let End { is_by_peer, reason } = &self.talk.end;
        if !is_by_peer {
            let expected = self.expected();
            let mut heard = self.heard.subscribe();
            _ = heard.wait_for(|heard| heard.len() == expected.len()).await;
            let (code, text) = reason.clone().unwrap_or((1005, String::new()));
            sender.close(CloseCode::new(code).unwrap_or(CloseCode::NO_CODE), text);
        }
        Ok(())
    }

    /// What it is to hear; where a pong comes, does not matter.
    fn expected(&self) -> Vec<Heard> {
        let mut expected = as_heard(&self.talk.by_peer, true);
        if self.is_server {
            let asked = as_heard(&self.talk.by_squall, false);
            expected.extend(asked.into_iter().filter_map(|asked| match asked {
                Heard::Ping(payload) => Some(Heard::Pong(payload)),
                _ => None,
            }));
        } else {
            expected.retain(is_message);
        }
        expected
    }

    /// Checks what it has heard, when it has ended.
    async fn check(&self) -> Result<(), String> {
        let mut end = self.end.subscribe();
        let end = timeout(PATIENCE, end.wait_for(Option::is_some)).await;
        let end = end.map_err(|_| "squall's side does not end")?;
        let end = end.ok().and_then(|end| end.clone()).ok_or("no end")?;
        let mut heard = self.heard.borrow().clone();
        heard.sort_by_key(is_pong);
        same("squall hears", &heard, &self.expected())?;
        let found = (end.code().get(), end.text(), end.is_of_peer());
        let (code, text) = self
            .talk
            .end
            .reason
            .clone()
            .unwrap_or((1005, String::new()));
        same(
            "squall ends with",
            &found,
            &(code, &*text, self.talk.end.is_by_peer),
        )
    }
}

fn same<T: PartialEq + fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{what} {found:?}, and not {expected:?}")),
    }
}

/// Squall's side, as a server.
#[websocket]
#[route("/")]
struct Talker {
    side: State<Side>,
}

#[websocket]
impl Talker {
    fn settings(&self) -> Settings {
        self.side.settings.clone()
    }

    fn open(&mut self, socket: &mut WebSocket) {
        tokio::spawn(Side::clone(&self.side).speak(socket.sender()));
    }

    fn message(&mut self, message: Message) {
        self.side.hear(Heard::Message(message));
    }

    fn ping(&mut self, payload: Vec<u8>) {
        self.side.hear(Heard::Ping(payload));
    }

    fn pong(&mut self, payload: Vec<u8>) {
        self.side.hear(Heard::Pong(payload));
    }

    fn close(&mut self, reason: CloseReason) {
        self.side.end.send_replace(Some(reason));
    }
}

/// What is to be known of another implementation. It answers pings and close frames by itself.
trait Peer {
    /// What it sends for a message, and whether that is compressed.
    fn payload(&mut self, draft: &Draft) -> (Vec<u8>, bool) {
        (draft.message().as_bytes().to_vec(), false)
    }

    fn send(&mut self, frame: Frame) -> Result<(), String>;

    fn close(&mut self, reason: Option<CloseFrame>) -> Result<(), String>;

    /// What comes next; `None` when both have closed, and the connection has ended.
    fn hear(&mut self) -> Result<Option<Heard>, String>;
}

type Tungstenite = tungstenite::WebSocket<StdStream>;

impl Peer for Tungstenite {
    fn send(&mut self, frame: Frame) -> Result<(), String> {
        self.send(tungstenite::Message::Frame(frame)).map_err(told)
    }

    fn close(&mut self, reason: Option<CloseFrame>) -> Result<(), String> {
        self.close(reason).map_err(told)
    }

    fn hear(&mut self) -> Result<Option<Heard>, String> {
        use tungstenite::Message as Theirs;
        Ok(Some(match self.read() {
            Ok(Theirs::Text(text)) => Heard::Message(Message::Text(text.to_string())),
            Ok(Theirs::Binary(bytes)) => Heard::Message(Message::Binary(bytes.to_vec())),
            Ok(Theirs::Ping(payload)) => {
                // Otherwise the pong waits until something is sent or read.
                self.flush().map_err(told)?;
                Heard::Ping(payload.to_vec())
            }
            Ok(Theirs::Pong(payload)) => Heard::Pong(payload.to_vec()),
            Ok(Theirs::Close(reason)) => {
                Heard::Close(reason.map(|reason| (reason.code.into(), reason.reason.to_string())))
            }
            Err(tungstenite::Error::ConnectionClosed) => return Ok(None),
            other => return Err(format!("{other:?}")),
        }))
    }
}

fn told(error: impl fmt::Debug) -> String {
    format!("{error:?}")
}

/// The peer's side of a conversation.
fn converse<P: Peer>(mut peer: P, talk: &Talk) -> Result<(), String> {
    let mut heard = Vec::new();
    let expected = as_heard(&talk.by_squall, false);
    let mut turns = talk.turns;
    for said in &talk.by_peer {
        // What is listened for comes, whether or not anything is said.
        while turns & 1 == 1
            && heard.iter().filter(|heard| !is_pong(heard)).count() < expected.len()
        {
            heard.push(peer.hear()?.ok_or("the end comes first")?);
            turns >>= 1;
        }
        turns = turns.rotate_right(1);
        say(&mut peer, said)?;
    }
    peer.send(Frame::ping(LAST.to_vec()))?;
    listen(&mut peer, talk, &mut heard, expected.len())?;
    check(heard, expected, talk)
}

/// Says something, whole or in fragments.
fn say(peer: &mut impl Peer, said: &Said) -> Result<(), String> {
    let draft = match said {
        Said::Ping(payload) => return peer.send(Frame::ping(payload.clone())),
        Said::Message(draft) => draft,
    };
    let (payload, is_compressed) = peer.payload(draft);
    let mut pieces = draft.pieces(&payload).enumerate().peekable();
    while let Some((number, (piece, ping))) = pieces.next() {
        let kind = match (number, draft.is_text) {
            (0, true) => Data::Text,
            (0, false) => Data::Binary,
            _ => Data::Continue,
        };
        let mut frame = Frame::message(piece.to_vec(), OpCode::Data(kind), pieces.peek().is_none());
        frame.header_mut().rsv1 = is_compressed && number == 0;
        peer.send(frame)?;
        if let Some(ping) = ping {
            peer.send(Frame::ping(ping.to_vec()))?;
        }
    }
    Ok(())
}

/// Listens to the end, which it brings about itself where that is for it to do.
fn listen(
    peer: &mut impl Peer,
    talk: &Talk,
    heard: &mut Vec<Heard>,
    expected: usize,
) -> Result<(), String> {
    if talk.end.is_by_peer {
        let answer = Heard::Pong(LAST.to_vec());
        while heard.iter().filter(|heard| !is_pong(heard)).count() < expected
            || !heard.contains(&answer)
        {
            heard.push(peer.hear()?.ok_or("the end comes first")?);
        }
        let reason = talk.end.reason.clone().map(|(code, text)| CloseFrame {
            code: code.into(),
            reason: Utf8Bytes::from(text),
        });
        peer.close(reason)?;
    }
    while let Some(said) = peer.hear()? {
        heard.push(said);
    }
    Ok(())
}

/// Checks what the peer has heard: all, in order, and of its pings at least the last one answered, where it could wait for that.
fn check(heard: Vec<Heard>, mut expected: Vec<Heard>, talk: &Talk) -> Result<(), String> {
    let mut asked = as_heard(&talk.by_peer, true).into_iter();
    let (pongs, heard): (Vec<_>, Vec<_>) = heard.into_iter().partition(is_pong);
    for pong in &pongs {
        let is_asked = asked.any(|asked| matches!((asked, pong), (Heard::Ping(asked), Heard::Pong(pong)) if asked == *pong));
        if !is_asked {
            return Err(format!("{pong:?} answers nothing, or comes too late"));
        }
    }
    let End { is_by_peer, reason } = talk.end.clone();
    // Who answers a close frame says its code.
    let close = if is_by_peer {
        reason.map(|(code, _)| (code, String::new()))
    } else {
        reason
    };
    expected.push(Heard::Close(close));
    same("the peer hears", &heard, &expected)
}

/// What stands between the two, for one connection.
struct Network {
    address: SocketAddr,
    carrying: JoinHandle<io::Result<()>>,
}

impl Network {
    async fn to(server: SocketAddr, talk: &Talk) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (seed, most) = talk.cuts;
        let bytes = |said: &[Said]| -> usize {
            said.iter()
                .map(|said| match said {
                    Said::Message(draft) => draft.length,
                    Said::Ping(payload) => payload.len(),
                })
                .sum()
        };
        // One byte at a time through the longest of them takes too long here.
        let most = most.max((bytes(&talk.by_peer) + bytes(&talk.by_squall)) / 1000);
        let carrying = tokio::spawn(async move {
            let (client, _) = listener.accept().await?;
            let server = TcpStream::connect(server).await?;
            client.set_nodelay(true)?;
            server.set_nodelay(true)?;
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = server.into_split();
            tokio::try_join!(
                carry(from_client, to_server, Random(seed), most),
                carry(from_server, to_client, Random(!seed), most),
            )?;
            Ok(())
        });
        Self { address, carrying }
    }

    /// Checks that both sides have ended what they send.
    async fn check(self) -> Result<(), String> {
        let carried = timeout(PATIENCE, self.carrying).await;
        let carried = carried.map_err(|_| "a side does not end what it sends")?;
        carried.map_err(told)?.map_err(told)
    }
}

/// Carries bytes, in pieces that chance cuts: but the head of HTTP, of which `tungstenite` takes no crumbs.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut random: Random,
    most: usize,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    let mut head = Some(b"\r\n\r\n");
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return to.shutdown().await;
        }
        let mut rest = &buffer[..count];
        while !rest.is_empty() {
            let end = head
                .take()
                .and_then(|end| rest.windows(4).position(|part| part == end));
            let length = end.map_or_else(|| 1 + random.below(most), |end| end + 4);
            let (piece, behind) = rest.split_at(length.min(rest.len()));
            to.write_all(piece).await?;
            tokio::task::yield_now().await;
            rest = behind;
        }
    }
}

/// Lets a peer talk to squall's server.
async fn meet_server<P: Peer>(
    talk: Talk,
    settings: &Settings,
    open: impl FnOnce(StdStream) -> Result<P, String> + Send + 'static,
) -> Result<(), String> {
    let talk = Arc::new(talk);
    let side = Side::new(&talk, settings, true);
    let app = Application::new(routes![Talker]).state(side.clone());
    let client = TestClient::on_socket(app).await;
    let network = Network::to(client.address().unwrap(), &talk).await;
    let address = network.address;
    let peer = spawn_blocking(move || {
        let stream = StdStream::connect(address).map_err(told)?;
        converse(open(patient(stream)?)?, &talk)
    });
    peer.await.map_err(told)??;
    side.check().await?;
    network.check().await
}

/// Lets squall's client talk to a peer.
async fn meet_client<P: Peer>(
    talk: Talk,
    settings: &Settings,
    open: impl FnOnce(StdStream) -> Result<P, String> + Send + 'static,
) -> Result<(), String> {
    let talk = Arc::new(talk);
    let side = Side::new(&talk, settings, false);
    let listener = StdListener::bind("127.0.0.1:0").map_err(told)?;
    let network = Network::to(listener.local_addr().map_err(told)?, &talk).await;
    let peer = spawn_blocking(move || {
        let (stream, _) = listener.accept().map_err(told)?;
        converse(open(patient(stream)?)?, &talk)
    });
    let connecting = connect(format!("ws://{}/", network.address)).settings(side.settings.clone());
    let mut socket = connecting.await.map_err(told)?;
    tokio::spawn(side.clone().speak(socket.sender()));
    while let Some(message) = socket.recv().await {
        side.hear(Heard::Message(message));
    }
    side.end.send_replace(socket.close_reason());
    peer.await.map_err(told)??;
    side.check().await?;
    network.check().await
}

fn patient(stream: StdStream) -> Result<StdStream, String> {
    stream.set_nodelay(true).map_err(told)?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(told)?;
    stream.set_write_timeout(Some(PATIENCE)).map_err(told)?;
    Ok(stream)
}

/// Tries this with so many conversations, and tells what is said in the shortest that goes wrong.
fn all_goes_well<S: Strategy>(
    cases: u32,
    strategy: S,
    meet: impl AsyncFn(S::Value) -> Result<(), String>,
) {
    let runtime = Runtime::new().unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_time: 60_000,
        ..ProptestConfig::default()
    });
    let checked = runner.run(&strategy, |value| {
        runtime.block_on(meet(value)).map_err(TestCaseError::fail)
    });
    checked.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn a_server_talks_to_another_client() {
    all_goes_well(24, talks(), async |talk| {
        let open = |stream| match tungstenite::client("ws://localhost/", stream) {
            Ok((socket, _)) => Ok(socket),
            Err(error) => Err(told(error)),
        };
        meet_server(talk, &Settings::default(), open).await
    });
}

#[test]
fn a_client_talks_to_another_server() {
    all_goes_well(24, talks(), async |talk| {
        meet_client(talk, &Settings::default(), |stream| {
            tungstenite::accept(stream).map_err(told)
        })
        .await
    });
}
