//! Where a server listens: addresses of the network, Unix sockets, inside a runtime of the program's own.

use squall::{Application, Options, handler, routes};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::OwnServer;

#[handler]
#[route("/")]
struct Whoami;

#[handler]
impl Whoami {
    fn get(&self, cx: &mut squall::Context) -> String {
        let remote = cx.remote_addr().map(|remote| remote.ip().to_string());
        remote.unwrap_or_else(|| "nobody".to_owned())
    }
}

fn app() -> Application {
    Application::new(routes![Whoami])
}

/// Asks who the server thinks it is that asks.
async fn whoami(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> String {
    let request = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[squall::test]
async fn a_server_with_two_addresses() {
    let mut options = Options::default();
    options.addresses = vec!["127.0.0.1".to_owned(), "[::1]:0".to_owned()];
    OwnServer::run(app(), options).await;
}

#[squall::test]
async fn several_addresses_are_listened_on() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        eprintln!("skipped: this machine has no IPv6");
        return;
    }
    let mut server = OwnServer::start("listening::a_server_with_two_addresses");
    let second = server.output_line("http://[::1]:");
    let (_, second) = second.split_once("http://").unwrap();
    let ipv4 = TcpStream::connect(&server.address).await.unwrap();
    assert_eq!(whoami(ipv4).await, "127.0.0.1");
    let ipv6 = TcpStream::connect(second).await.unwrap();
    assert_eq!(whoami(ipv6).await, "::1");
    server.signal("-TERM");
    assert!(server.wait());
}

/// `serve` inside a runtime that the program has made itself.
#[test]
fn a_server_in_a_runtime_of_many_threads() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(OwnServer::run(app(), Options::default()));
}

#[squall::test]
async fn any_runtime_will_do() {
    let server = OwnServer::start("listening::a_server_in_a_runtime_of_many_threads");
    let stream = TcpStream::connect(&server.address).await.unwrap();
    assert_eq!(whoami(stream).await, "127.0.0.1");
    server.signal("-TERM");
    assert!(server.wait());
}

#[cfg(unix)]
mod unix {
    use std::{
        env, fs,
        os::unix::{fs::PermissionsExt, net::UnixListener as StdListener},
        path::PathBuf,
        sync::Arc,
        thread,
        time::Duration,
    };

    use tokio::{net::UnixStream, sync::oneshot, time::timeout};

    use super::{Options, OwnServer, app, whoami};

    /// A path for a socket, in a folder that goes with this.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let folder = env::temp_dir().join(format!("squall-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn socket(&self) -> PathBuf {
            self.0.join("socket")
        }

        /// What `serve` says that it cannot do.
        async fn refusal(&self) -> String {
            let mut options = Options::default();
            options.addresses = vec![format!("unix:{}", self.socket().display())];
            app().serve(options).await.unwrap_err().to_string()
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            _ = fs::remove_dir_all(&self.0);
        }
    }

    /// Set to the path of the socket where this binary runs as the server of a test.
    const PLACE: &str = "SQUALL_TESTS_SOCKET";

    /// Set where its group may connect.
    const FOR_GROUP: &str = "SQUALL_TESTS_FOR_GROUP";

    #[squall::test]
    async fn a_server_on_a_socket() {
        let mut options = Options::default();
        let socket = env::var(PLACE).unwrap_or_default();
        options.addresses = vec!["127.0.0.1".to_owned(), format!("unix:{socket}")];
        if env::var_os(FOR_GROUP).is_some() {
            options.socket_mode = 0o660;
        }
        OwnServer::run(app(), options).await;
    }

    fn start(socket: &str) -> OwnServer {
        let mut server =
            OwnServer::start_with("listening::unix::a_server_on_a_socket", &[(PLACE, socket)]);
        server.output_line("squall listens on unix:");
        server
    }

    #[squall::test]
    async fn a_mode_lets_others_connect() {
        let place = Place::new("group");
        let socket = place.socket();
        let settings = [(PLACE, socket.to_str().unwrap()), (FOR_GROUP, "1")];
        let mut server = OwnServer::start_with("listening::unix::a_server_on_a_socket", &settings);
        server.output_line("squall listens on unix:");
        let mode = fs::metadata(&socket).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o660);
    }

    #[squall::test]
    async fn a_mode_that_is_none_is_refused() {
        let mut options = Options::default();
        options.socket_mode = 0o1777;
        let refusal = app().serve(options).await.unwrap_err().to_string();
        assert!(refusal.contains("--socket-mode 1777"), "{refusal}");
    }

    #[squall::test]
    async fn a_socket_is_for_its_owner_and_goes_with_the_server() {
        let place = Place::new("owner");
        let socket = place.socket();
        // What a server has left behind that did not end well.
        drop(StdListener::bind(&socket).unwrap());
        let server = start(socket.to_str().unwrap());
        let mode = fs::metadata(&socket).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let stream = UnixStream::connect(&socket).await.unwrap();
        assert_eq!(whoami(stream).await, "nobody");
        server.signal("-TERM");
        assert!(server.wait());
        assert!(!socket.exists());
    }

    #[squall::test]
    async fn a_socket_that_another_has_put_there_stays() {
        let place = Place::new("other");
        let socket = place.socket();
        let server = start(socket.to_str().unwrap());
        fs::remove_file(&socket).unwrap();
        // Two files made at one tick of the system's clock cannot be told apart.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let _other = StdListener::bind(&socket).unwrap();
        server.signal("-TERM");
        assert!(server.wait());
        assert!(socket.exists());
    }

    #[squall::test]
    async fn what_is_no_stale_socket_is_left_alone() {
        let place = Place::new("alone");
        fs::write(place.socket(), "precious").unwrap();
        let refusal = place.refusal().await;
        assert!(refusal.contains("no socket"), "{refusal}");
        assert_eq!(fs::read(place.socket()).unwrap(), b"precious");
        fs::remove_file(place.socket()).unwrap();
        let _taken = StdListener::bind(place.socket()).unwrap();
        let refusal = place.refusal().await;
        assert!(refusal.contains("is it running already?"), "{refusal}");
        assert!(place.socket().exists());
    }

    /// Its queue is full, so that one more connection would wait for ever.
    #[squall::test]
    async fn a_server_that_hangs_is_not_waited_for() {
        let place = Arc::new(Place::new("hangs"));
        let _hangs = StdListener::bind(place.socket()).unwrap();
        let mut waiting = Vec::new();
        let moment = Duration::from_millis(50);
        while let Ok(Ok(stream)) = timeout(moment, UnixStream::connect(place.socket())).await {
            waiting.push(stream);
        }
        // On a thread of its own, which may well hang.
        let (say, refusal) = oneshot::channel();
        let there = Arc::clone(&place);
        thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            _ = say.send(runtime.block_on(there.refusal()));
        });
        let refusal = timeout(Duration::from_secs(2), refusal).await;
        let refusal = refusal.unwrap().unwrap();
        assert!(refusal.contains("is it running already?"), "{refusal}");
    }

    #[cfg(target_os = "linux")]
    #[squall::test]
    async fn a_socket_may_have_an_abstract_name() {
        use std::os::{linux::net::SocketAddrExt, unix::net::SocketAddr};

        let name = format!("squall-tests-{}", std::process::id());
        let server = start(&format!("@{name}"));
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let stream = std::os::unix::net::UnixStream::connect_addr(&address).unwrap();
        stream.set_nonblocking(true).unwrap();
        assert_eq!(
            whoami(UnixStream::from_std(stream).unwrap()).await,
            "nobody"
        );
        server.signal("-TERM");
        assert!(server.wait());
    }
}
