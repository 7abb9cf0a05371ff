//! HTTP/1.1 by the letter of RFC 9110 and RFC 9112: what is refused, where a message ends, what an answer may carry.
//!
//! Behind each request stands [`LAST`]: it is answered where the connection goes on, and nothing of it is where it does not. So
//! every case reads to the end of its connection, and waits for nothing. [`answers`] looks at the form of each answer.

use std::time::Duration;

use bytes::Bytes;
use squall::{
    Application, Context, Options, Result, handler, http::StatusCode, routes, testing::TestClient,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{sleep, timeout},
};

use crate::support::{Events, Hello, OwnServer, connect, exchange, read_all, read_quiet};

/// The last request of a connection.
const LAST: &str = "GET /last HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

/// The status of its answer.
const LAST_STATUS: u16 = 202;

#[handler]
#[route("/last")]
struct Last;

#[handler]
impl Last {
    fn get(&self) -> (StatusCode, &'static str) {
        (StatusCode::ACCEPTED, "last")
    }
}

/// Never reads what is sent to it.
#[handler]
#[route("/unread")]
struct Unread;

#[handler]
impl Unread {
    fn get(&self) -> &'static str {
        "unread"
    }

    async fn post(&self) -> &'static str {
        "unread"
    }
}

#[handler]
#[route("/pieces")]
struct Pieces;

#[handler]
impl Pieces {
    async fn get(&self, cx: &mut Context) -> Result<()> {
        cx.write("one ")?;
        cx.flush().await?;
        cx.write("two")
    }
}

#[handler]
#[route("/nothing")]
struct Nothing;

#[handler]
impl Nothing {
    fn get(&self) -> StatusCode {
        StatusCode::NO_CONTENT
    }
}

fn app() -> Application {
    Application::new(routes![Hello, Last, Unread, Pieces, Nothing])
}

async fn serve() -> TestClient {
    TestClient::on_socket(app()).await
}

/// An answer on the wire.
struct Answer<'a> {
    version: &'a str,
    status: u16,
    fields: Vec<(&'a str, &'a str)>,
    content: String,
}

impl Answer<'_> {
    fn field(&self, name: &str) -> Option<&str> {
        let mut values = self.fields.iter().filter(|(known, _)| *known == name);
        let value = values.next();
        assert!(values.next().is_none(), "`{name}` twice: {:?}", self.fields);
        value.map(|(_, value)| *value)
    }

    fn says_close(&self) -> bool {
        self.field("connection") == Some("close")
    }

    /// What holds for every answer (RFC 9110 §6.6.1, §8.6, RFC 9112 §6).
    fn check_form(&self) {
        let (length, coding) = (
            self.field("content-length"),
            self.field("transfer-encoding"),
        );
        let framing = u8::from(length.is_some()) + u8::from(coding.is_some());
        assert!(framing < 2, "{:?}", self.fields);
        if matches!(self.status, 100..200 | 204) {
            assert_eq!(framing, 0, "{} {:?}", self.status, self.fields);
        }
        if matches!(self.status, 200..500) {
            let date = self.field("date").expect("every answer has a date");
            assert!(date.len() == 29 && date.ends_with(" GMT"), "{date}");
        }
        if self.status == 405 {
            assert!(self.field("allow").is_some(), "{:?}", self.fields);
        }
        if self.version == "HTTP/1.0" {
            assert!(coding.is_none() && self.status >= 200, "{:?}", self.fields);
        }
    }
}

/// Takes apart what came over a connection: the answers to requests of these methods. Answers of 1xx are in the list too.
fn answers<'a>(mut text: &'a str, methods: &[&str]) -> Vec<Answer<'a>> {
    let mut methods = methods.iter();
    let mut answers = Vec::new();
    while !text.is_empty() {
        let (head, mut rest) = text.split_once("\r\n\r\n").expect("a head has an end");
        let mut lines = head.split("\r\n");
        let (version, status) = lines.next().unwrap().split_once(' ').unwrap();
        assert!(["HTTP/1.0", "HTTP/1.1"].contains(&version), "{head}");
        let mut answer = Answer {
            version,
            status: status[..3].parse().unwrap(),
            fields: lines
                .map(|line| line.split_once(": ").expect("a field"))
                .collect(),
            content: String::new(),
        };
        answer.check_form();
        if answer.status < 200 {
            // The answer proper is still to come.
        } else if methods.next() == Some(&"HEAD") || matches!(answer.status, 204 | 304) {
            // No content, whatever the fields say.
        } else if let Some(length) = answer.field("content-length") {
            let (content, behind) = rest.split_at(length.parse().unwrap());
            (answer.content, rest) = (content.to_owned(), behind);
        } else if answer.field("transfer-encoding").is_some() {
            loop {
                let (size, behind) = rest.split_once("\r\n").expect("a chunk has a size");
                let (chunk, behind) = behind.split_at(usize::from_str_radix(size, 16).unwrap());
                rest = behind
                    .strip_prefix("\r\n")
                    .expect("a chunk ends with a line");
                answer.content.push_str(chunk);
                if chunk.is_empty() {
                    break;
                }
            }
        } else {
            (answer.content, rest) = (rest.to_owned(), "");
        }
        answers.push(answer);
        text = rest;
    }
    answers
}

fn statuses(answers: &[Answer<'_>]) -> Vec<u16> {
    answers.iter().map(|answer| answer.status).collect()
}

/// What stands in a message about a request: its beginning, readable.
fn shown(request: &[u8]) -> String {
    request[..request.len().min(200)].escape_ascii().to_string()
}

/// Sends a request and [`LAST`] behind it, and gives back all until the connection is closed.
async fn send(client: &TestClient, request: &[u8]) -> String {
    let mut stream = connect(client).await;
    // The server may have closed already; its answer stays readable.
    _ = stream.write_all(&[request, LAST.as_bytes()].concat()).await;
    read_all(&mut stream).await
}

/// Checks that these requests are answered with these statuses, and that the connection goes on.
async fn answered(client: &TestClient, requests: impl AsRef<[u8]>, expected: &[u16]) {
    let requests = requests.as_ref();
    let text = send(client, requests).await;
    let expected = [expected, &[LAST_STATUS]].concat();
    assert_eq!(
        statuses(&answers(&text, &[])),
        expected,
        "{}",
        shown(requests)
    );
}

/// Checks that these requests are answered with these statuses, the last of which ends the connection.
async fn ended(client: &TestClient, requests: impl AsRef<[u8]>, expected: &[u16]) {
    let requests = requests.as_ref();
    let text = send(client, requests).await;
    let shown = shown(requests);
    assert_eq!(statuses(&answers(&text, &[])), expected, "{shown}");
}

/// Checks that a request is refused with this status, in an answer that says that it is the last.
async fn refused(client: &TestClient, request: impl AsRef<[u8]>, status: u16) {
    let request = request.as_ref();
    let text = send(client, request).await;
    let answers = answers(&text, &[]);
    assert_eq!(statuses(&answers), [status], "{}", shown(request));
    assert!(answers[0].says_close(), "{}: {text}", shown(request));
}

/// Checks that content is read, and how long it is found to be.
async fn has_length(client: &TestClient, request: impl AsRef<[u8]>, length: usize) {
    let request = request.as_ref();
    let text = send(client, request).await;
    let answers = answers(&text, &[]);
    let shown = shown(request);
    assert_eq!(statuses(&answers), [200, LAST_STATUS], "{shown}");
    assert_eq!(answers[0].content, length.to_string(), "{shown}");
}

/// A `GET` with these fields.
fn get(fields: impl AsRef<[u8]>) -> Vec<u8> {
    [b"GET / HTTP/1.1\r\nhost: a\r\n", fields.as_ref(), b"\r\n"].concat()
}

/// A `POST` with these fields and this content.
fn post(path: &str, fields: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Vec<u8> {
    let line = format!("POST {path} HTTP/1.1\r\nhost: a\r\n");
    [line.as_bytes(), fields.as_ref(), b"\r\n", content.as_ref()].concat()
}

fn chunked(content: impl AsRef<[u8]>) -> Vec<u8> {
    post("/", "transfer-encoding: chunked\r\n", content)
}

/// RFC 9112 §3, §2.3.
#[squall::test]
async fn a_request_line_has_three_parts() {
    let client = serve().await;
    for line in [
        &b"GET"[..],
        b"GET /",
        b"GET HTTP/1.1",
        b"GET  HTTP/1.1",
        b"/ HTTP/1.1",
        b"GET / ",
        b"GET / HTTP/1.1 x",
        b"GET / x HTTP/1.1",
        b"GET /a b HTTP/1.1",
        b"GE:T / HTTP/1.1",
        b"GET( / HTTP/1.1",
        b"GE\0T / HTTP/1.1",
        b"GE\x7fT / HTTP/1.1",
        b"GE\tT / HTTP/1.1",
        b"G\xc3\x89T / HTTP/1.1",
        b"GET /a\0b HTTP/1.1",
        b"GET /a\tb HTTP/1.1",
        b"GET /a\x0bb HTTP/1.1",
        b"GET /a\x1fb HTTP/1.1",
        b"GET /a\x7fb HTTP/1.1",
        b"GET /\xff HTTP/1.1",
        b"GET / http/1.1",
        b"GET / Http/1.1",
        b"GET / HTTP/1",
        b"GET / HTTP/1.",
        b"GET / HTTP/.1",
        b"GET / HTTP/11",
        b"GET / HTTP/1.10",
        b"GET / HTTP/01.1",
        b"GET / HTTP/1.01",
        b"GET / HTTP/1,1",
        b"GET / HTTP 1.1",
        b"GET / HTTP//1.1",
        b"GET / HTTP/-1.1",
        b"GET / HTTP/1.1.1",
        b"GET / HTTP/A.B",
        b"GET / HTTPS/1.1",
        b"GET / XTTP/1.1",
        b"GET / RTSP/1.0",
        b"HTTP/1.1 200 OK",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ] {
        refused(&client, [line, b"\r\nhost: a\r\n\r\n"].concat(), 400).await;
    }
}

/// RFC 9112 §2.2.
#[squall::test]
async fn a_line_ends_with_a_line_feed() {
    let client = serve().await;
    for request in [
        "GET / HTTP/1.1\rhost: a\r\n\r\n",
        "GET / HTTP/1.1\r\r\nhost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a\rx-a: b\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\n\r\r\n",
        "GET /\r HTTP/1.1\r\nhost: a\r\n\r\n",
        "\rGET / HTTP/1.1\r\nhost: a\r\n\r\n",
        // A line that begins with a space, in front of all fields.
        "GET / HTTP/1.1\r\n host: a\r\n\r\n",
        "GET / HTTP/1.1\r\n\thost: a\r\nhost: a\r\n\r\n",
    ] {
        refused(&client, request, 400).await;
    }
    let request = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    answered(&client, format!("\r\n{request}"), &[200]).await;
    answered(&client, format!("\r\n\r\n{request}"), &[200]).await;
    answered(&client, format!("{request}\r\n{request}"), &[200, 200]).await;
    let with_content = post("/", "content-length: 3\r\n", "abc\r\n");
    answered(&client, with_content, &[200]).await;
}

/// RFC 9112 §3.2.
#[squall::test]
async fn a_target_has_one_of_four_forms() {
    let client = serve().await;
    for (target, status) in [
        ("/?a=b", 200),
        ("/?", 200),
        ("/?a=/?/", 200),
        ("http://a/", 200),
        ("HTTP://a/", 200),
        ("http://a", 200),
        ("http://a?a=b", 200),
        ("http://a:8080/", 200),
        ("http://[::1]:8080/", 200),
        // The target counts, not the field `host` (RFC 9112 §3.2.2).
        ("http://b.example/", 200),
        ("//a/", 404),
        ("/../", 404),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n");
        answered(&client, request, &[status]).await;
    }
    for target in ["http:///", "http:/a", "?a", "http://<a>/", "http://a\\b/"] {
        let request = format!("GET {target} HTTP/1.1\r\nhost: a\r\n\r\n");
        ended(&client, request, &[400]).await;
    }
    for request in [
        "GET http://a/ HTTP/1.1\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\nhost: a b\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\n\r\n",
        "GET /none HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.0\r\nhost: a b\r\n\r\n",
        "GET / HTTP/1.0\r\nhost: a\r\nhost: b\r\n\r\n",
    ] {
        let text = send(&client, request.as_bytes()).await;
        let answers = answers(&text, &[]);
        assert_eq!(statuses(&answers), [400], "{request}");
    }
    let options =
        "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\nOPTIONS http://a HTTP/1.1\r\nhost: a\r\n\r\n";
    answered(&client, options, &[204, 204]).await;
}

/// RFC 9112 §5, RFC 9110 §5.1, §5.5.
#[squall::test]
async fn a_field_has_a_name_and_a_value() {
    let client = serve().await;
    let bad = b"(),/<>?@[]\\{}\";=\0\x01\x0b\x7f\x80\xff ";
    for byte in bad {
        let fields = [b"x", &[*byte][..], b"a: b\r\n"].concat();
        refused(&client, get(fields), 400).await;
    }
    for fields in [
        &b"x-a : b\r\n"[..],
        b"x-a\t: b\r\n",
        b": b\r\n",
        b" : b\r\n",
        b"x-a\r\n",
        b"x-a: b\r\n c\r\n",
        b"x-a: b\r\n\tc\r\n",
        b"x-a: b\r\n \r\n",
        b"x-a:\r\n b\r\n",
        b"x-a: a\0b\r\n",
        b"x-a: a\x01b\r\n",
        b"x-a: a\x0bb\r\n",
        b"x-a: a\x1bb\r\n",
        b"x-a: a\x7fb\r\n",
        b"x-a: a\rb\r\n",
        b"x-a: a\rtransfer-encoding: chunked\r\n",
    ] {
        refused(&client, get(fields), 400).await;
    }
    for fields in [
        &b"x!#$%&'*+-.^_`|~a: b\r\n"[..],
        b"x-a:\r\n",
        b"x-a:  \t \r\n",
        b"x-a:b\r\n",
        b"x-a: \t b \t \r\n",
        b"x-a: :b:\r\n",
        b"x-a: a\tb\r\n",
        b"x-a: \xc3\xa9\xff\r\n",
        b"x-a: b\r\nx-a: b\r\nX-A: c\r\n",
    ] {
        answered(&client, get(fields), &[200]).await;
    }
}

/// RFC 9112 §6.3.
#[squall::test]
async fn a_length_is_digits() {
    let client = serve().await;
    for path in ["/", "/unread", "/none"] {
        for length in [
            &b""[..],
            b" \t ",
            b"+3",
            b"-3",
            b"-0",
            b"0x3",
            b"3h",
            b"abc",
            b"3 3",
            b"3,",
            b",3",
            b"3, 3, x",
            b"3.0",
            b"3e0",
            b"\"3\"",
            b"1_0",
            b"3;a",
            b"\x0b3",
            b"3\x0c",
            b"3\0",
            b"\xa03",
            b"\xd9\xa3",
            b"18446744073709551616",
            b"99999999999999999999999999",
            b"3\r\ncontent-length: 4",
            b"3\r\ncontent-length: x",
            b"3\r\ncontent-length:",
            b"3\r\ncontent-length: +3",
            b"3, 4",
        ] {
            let fields = [b"content-length: ", length, b"\r\n"].concat();
            refused(&client, post(path, fields, "abc"), 400).await;
        }
        for field in [
            "content-length : 3\r\n",
            "content-length\t: 3\r\n",
            "content-length:\r\n 3\r\n",
            " content-length: 3\r\n",
        ] {
            refused(&client, post(path, field, "abc"), 400).await;
        }
    }
    for (length, content) in [
        ("3", "abc"),
        ("0003", "abc"),
        ("010", "0123456789"),
        ("3\r\ncontent-length: 3", "abc"),
        ("0", ""),
    ] {
        let fields = format!("content-length: {length}\r\n");
        has_length(&client, post("/", fields, content), content.len()).await;
    }
    has_length(&client, post("/", "", ""), 0).await;
}

/// Whatever a proxy may take for `chunked` (RFC 9112 §6.1).
#[squall::test]
async fn no_coding_but_chunked_is_taken() {
    let client = serve().await;
    for path in ["/", "/unread"] {
        for coding in [
            &b""[..],
            b",",
            b"x",
            b"gzip",
            b"chunked, gzip",
            b"chunked;",
            b"chunked;q=1",
            b"chunked=1",
            b"chunked/1",
            b"chunked identity",
            b"chunked\tx",
            b"chunkedx",
            b"chunk",
            b"chun ked",
            b"-chunked",
            b"\"chunked\"",
            b"'chunked'",
            b"(a)chunked",
            b"chunked\\",
            b"\x0bchunked",
            b"chunked\x0c",
            b"chunked\0",
            b"\xa0chunked",
            b"chunked\x85",
            b"chun\xe2\x84\xaaed",
            b"chunked\rx",
            b"\rchunked",
            b"x\r\n chunked",
            b"\r\n chunked",
        ] {
            let fields = [b"transfer-encoding: ", coding, b"\r\n"].concat();
            refused(&client, post(path, fields, "0\r\n\r\n"), 400).await;
        }
        for field in [
            "transfer-encoding : chunked\r\n",
            "transfer-encoding\t: chunked\r\n",
            "transfer-encoding:: chunked\r\n",
            "transfer-encoding\0: chunked\r\n",
            "transfer-encoding\r\n : chunked\r\n",
            "transfer\rencoding: chunked\r\n",
            " transfer-encoding: chunked\r\n",
        ] {
            refused(&client, post(path, field, "0\r\n\r\n"), 400).await;
        }
    }
    for coding in ["chunked", "CHUNKED", "\t chunked \t"] {
        let fields = format!("transfer-encoding: {coding}\r\n");
        has_length(&client, post("/", fields, "3\r\nabc\r\n0\r\n\r\n"), 3).await;
    }
    for fields in ["", "content-length: 3\r\n", "connection: keep-alive\r\n"] {
        let request = format!(
            "POST / HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n{fields}\r\n0\r\n\r\n"
        );
        ended(&client, request, &[400]).await;
    }
}

/// RFC 9112 §7.1.
#[squall::test]
async fn chunks_are_read_to_their_end() {
    let client = serve().await;
    for (content, length) in [
        ("0\r\n\r\n", 0),
        ("000\r\n\r\n", 0),
        ("3\r\nabc\r\n0\r\n\r\n", 3),
        ("1\r\na\r\n1\r\nb\r\n0\r\n\r\n", 2),
        ("a\r\n0123456789\r\n0\r\n\r\n", 10),
        ("A\r\n0123456789\r\n0\r\n\r\n", 10),
        ("0003\r\nabc\r\n0\r\n\r\n", 3),
        ("4\r\n\r\n\r\n\r\n0\r\n\r\n", 4),
        ("3;a=b\r\nabc\r\n0\r\n\r\n", 3),
        ("3;a\r\nabc\r\n0;b\r\n\r\n", 3),
        ("3;a=\"b c;d\"\r\nabc\r\n0\r\n\r\n", 3),
        ("3;a=\"b\\\"c\"\r\nabc\r\n0\r\n\r\n", 3),
        ("3;a=b;c=d;e\r\nabc\r\n0\r\n\r\n", 3),
        ("3 ; a = b\r\nabc\r\n0\r\n\r\n", 3),
        ("3\r\nabc\r\n0\r\nx-a: b\r\n\r\n", 3),
        ("3\r\nabc\r\n0\r\nx-a: b\r\nx-b: c\r\n\r\n", 3),
        // These mean nothing behind the content (RFC 9110 §6.5.1).
        ("3\r\nabc\r\n0\r\ncontent-length: 9\r\n\r\n", 3),
        ("3\r\nabc\r\n0\r\ntransfer-encoding: x\r\n\r\n", 3),
        ("3\r\nabc\r\n0\r\nhost: b\r\n\r\n", 3),
        ("3\r\nabc\r\n0\r\nconnection: close\r\n\r\n", 3),
    ] {
        has_length(&client, chunked(content), length).await;
    }
    let many = ["1\r\na\r\n".repeat(1000), "0\r\n\r\n".to_owned()].concat();
    has_length(&client, chunked(many), 1000).await;
}

/// RFC 9112 §7.1: an end that two readers may see at two places.
#[squall::test]
async fn broken_chunks_end_the_connection() {
    let client = serve().await;
    let sizes = [
        &b""[..],
        b"g",
        b"xyz",
        b"0x3",
        b"+3",
        b"-3",
        b" 3",
        b"\t3",
        b"3h",
        b"3,",
        b"3.0",
        b"0_3",
        b"3 3",
        b"3 a",
        b"3=a",
        b"3\0",
        b"\"3\"",
        b"\x0b3",
        b"3\xff",
        b"\xef\xbc\x93",
        b";a=b",
        b"10000000000000003",
        b"ffffffffffffffffffff",
        b"3;a\nb",
        b"3;a\rb",
        b"3;a\n",
        b"3\n",
        b"3\r",
    ];
    let sizes = sizes.map(|size| [size, b"\r\nabc\r\n0\r\n\r\n"].concat());
    let contents = [
        "3\nabc\r\n0\r\n\r\n",
        "3\rabc\r\n0\r\n\r\n",
        "3\r\nabc\n0\r\n\r\n",
        "3\r\nabc\r0\r\n\r\n",
        "3\r\nabc0\r\n\r\n",
        "3\r\nabcd\r\n0\r\n\r\n",
        "3\r\nabcXX0\r\n\r\n",
        "3\r\nabc\r\r\n0\r\n\r\n",
        "5\r\nabc\r\n0\r\n\r\n",
        "3\r\nabc\r\n0\n\r\n",
        "3\r\nabc\r\n0\n\n",
        "3\r\nabc\r\n0\r\n\rx",
        "3\r\nabc\r\n0;\n\r\n\r\n",
        "3\r\nabc\r\n0\r\nx-a\r\n\r\n",
        "3\r\nabc\r\n0\r\nx a: b\r\n\r\n",
        "3\r\nabc\r\n0\r\nx-a : b\r\n\r\n",
        "3\r\nabc\r\n0\r\n: b\r\n\r\n",
        "3\r\nabc\r\n0\r\nx-a: \0\r\n\r\n",
        "3\r\nabc\r\n0\r\nx-a: a\rb\r\n\r\n",
    ];
    let contents = contents.map(|content| content.as_bytes().to_vec());
    for content in sizes.iter().chain(&contents) {
        ended(&client, chunked(content), &[400]).await;
        let unread = post("/unread", "transfer-encoding: chunked\r\n", content);
        ended(&client, unread, &[200]).await;
    }
}

#[squall::test]
async fn what_stands_beside_content_is_bounded() {
    let client = serve().await;
    let long = "a".repeat(100_000);
    for content in [
        format!("3;a={long}\r\nabc\r\n0\r\n\r\n"),
        [
            "1;aaaaaaaaaaaaaaaaaaaa\r\na\r\n".repeat(5000),
            "0\r\n\r\n".to_owned(),
        ]
        .concat(),
        format!("3\r\nabc\r\n0\r\nx-a: {long}\r\n\r\n"),
        format!("3\r\nabc\r\n0\r\n{}\r\n", "x-a: b\r\n".repeat(5000)),
    ] {
        ended(&client, chunked(content), &[400]).await;
    }
    for request in [
        get(format!("{long}: b\r\n")),
        get("x-a: b\r\n".repeat(5000)),
        get(format!("x-a: {}\r\n", "a".repeat(1_000_000))),
    ] {
        refused(&client, request, 431).await;
    }
    let long = "a".repeat(8000);
    answered(&client, get(format!("x-a: {long}\r\n")), &[200]).await;
    let request = format!("GET /?{long} HTTP/1.1\r\nhost: a\r\n\r\n");
    answered(&client, request, &[200]).await;
}

/// RFC 9112 §6.1: it may be answered, by its coding; behind it nothing is.
#[squall::test]
async fn a_length_beside_a_coding_ends_the_connection() {
    let client = serve().await;
    for fields in [
        "content-length: 3\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 3\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 0\r\n",
        "transfer-encoding: chunked\r\ncontent-length: x\r\n",
        "content-length: x\r\ntransfer-encoding: chunked\r\n",
        "content-length: 3\r\ntransfer-encoding: chunked\r\ncontent-length: 4\r\n",
    ] {
        for path in ["/", "/unread", "/none"] {
            let request = post(path, fields, "3\r\nabc\r\n0\r\n\r\n");
            let text = send(&client, &request).await;
            let answers = answers(&text, &[]);
            assert_eq!(answers.len(), 1, "{fields}{text}");
            assert!(answers[0].says_close(), "{fields}{text}");
        }
    }
}

/// The content of a request that nobody reads is a request itself, and never answered as one (RFC 9112 §9.3).
#[squall::test]
async fn unread_content_is_no_request() {
    let client = serve().await;
    let inside = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    let sized = format!("content-length: {}\r\n", inside.len());
    let length = (sized.as_str(), inside.to_owned());
    let chunk = format!("{:x}\r\n{inside}\r\n0\r\n\r\n", inside.len());
    let chunks = ("transfer-encoding: chunked\r\n", chunk);
    let expecting = format!("expect: 100-continue\r\n{sized}");
    let expected = (expecting.as_str(), inside.to_owned());
    for (method, path, status) in [
        ("POST", "/unread", 200),
        ("GET", "/unread", 200),
        ("POST", "/none", 404),
        ("DELETE", "/", 405),
        ("OPTIONS", "/", 204),
    ] {
        for (fields, content) in [&length, &chunks, &expected] {
            for is_late in [false, true] {
                let mut stream = connect(&client).await;
                let head = format!("{method} {path} HTTP/1.1\r\nhost: a\r\n{fields}\r\n");
                stream.write_all(head.as_bytes()).await.unwrap();
                if is_late {
                    sleep(Duration::from_millis(5)).await;
                }
                // The server may have closed already.
                _ = stream.write_all(content.as_bytes()).await;
                _ = stream.write_all(LAST.as_bytes()).await;
                let text = read_all(&mut stream).await;
                let found = statuses(&answers(&text, &[]));
                let is_right = found == [status] || found == [status, LAST_STATUS];
                assert!(is_right, "{head}{found:?}");
            }
        }
    }
}

/// A request that breaks off is answered with an error, if at all; no method sees half of its content as the whole (RFC 9112 §8).
#[squall::test]
async fn half_a_request_is_none() {
    #[handler]
    #[route("/")]
    struct Whole {
        events: squall::State<Events>,
    }

    #[handler]
    impl Whole {
        async fn post(&self, content: Bytes) {
            self.events.note(format!("{} bytes", content.len()));
        }
    }

    let events = Events::default();
    let app = Application::new(routes![Whole]).state(events.clone());
    let client = TestClient::on_socket(app).await;
    for request in [
        &b"POST / HT"[..],
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n",
        &post("/", "content-length: 10\r\n", "abc"),
        &chunked("5\r\nab"),
        &chunked("3\r\nabc\r\n"),
        &chunked("3\r\nabc\r\n0\r\n"),
        &chunked("3\r\nabc\r\n0\r\nx-a: b\r\n"),
    ] {
        let mut stream = connect(&client).await;
        stream.write_all(request).await.unwrap();
        stream.shutdown().await.unwrap();
        let text = read_all(&mut stream).await;
        let found = statuses(&answers(&text, &[]));
        let shown = shown(request);
        assert!(found.is_empty() || found == [400], "{shown}: {found:?}");
    }
    assert!(events.list().is_empty(), "{:?}", events.list());
}

/// RFC 9110 §10.1.1.
#[squall::test]
async fn a_client_is_told_to_go_on() {
    let client = serve().await;
    for (fields, content) in [
        (
            "expect: 100-continue\r\ncontent-length: 3\r\n",
            &["abc"][..],
        ),
        (
            "Expect: 100-Continue\r\ncontent-length: 3\r\n",
            &["a", "bc"],
        ),
        (
            "expect: 100-continue\r\ntransfer-encoding: chunked\r\n",
            &["3\r\nab", "c\r\n0\r\n\r\n"],
        ),
        // A protocol that nobody here knows is no reason to do otherwise.
        (
            "upgrade: x\r\nconnection: upgrade\r\nexpect: 100-continue\r\ncontent-length: 3\r\n",
            &["abc"],
        ),
    ] {
        let mut stream = connect(&client).await;
        stream.write_all(&post("/", fields, "")).await.unwrap();
        let mut told = [0; 25];
        let read = timeout(Duration::from_secs(2), stream.read_exact(&mut told)).await;
        assert!(read.is_ok(), "{fields}");
        assert_eq!(told, *b"HTTP/1.1 100 Continue\r\n\r\n", "{fields}");
        for piece in content {
            stream.write_all(piece.as_bytes()).await.unwrap();
            sleep(Duration::from_millis(5)).await;
        }
        stream.write_all(LAST.as_bytes()).await.unwrap();
        let text = read_all(&mut stream).await;
        let answers = answers(&text, &[]);
        assert_eq!(statuses(&answers), [200, LAST_STATUS], "{fields}");
        assert_eq!(answers[0].content, "3", "{fields}");
    }
}

/// RFC 9110 §10.1.1: not where the answer is known already, there is no content, or the client is of HTTP/1.0.
#[squall::test]
async fn a_client_is_not_told_to_go_on_in_vain() {
    let client = serve().await;
    let expect = "expect: 100-continue\r\n";
    let short = format!("{expect}content-length: 3\r\n");
    let long = format!("{expect}content-length: 99999999\r\n");
    let none = format!("{expect}content-length: 0\r\n");
    for (line, fields, status) in [
        ("POST /unread", &short, 200),
        ("POST /none", &short, 404),
        ("DELETE /", &short, 405),
        ("POST /", &long, 413),
        ("POST /", &none, 200),
        ("GET /", &expect.to_owned(), 200),
    ] {
        let request = format!("{line} HTTP/1.1\r\nhost: a\r\n{fields}\r\n");
        let text = exchange(&client, request).await;
        assert_eq!(statuses(&answers(&text, &[])), [status], "{line}");
    }
    let mut stream = connect(&client).await;
    let head = format!("POST / HTTP/1.0\r\n{short}\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(read_quiet(&mut stream).await, "");
    stream.write_all(b"abc").await.unwrap();
    let text = read_all(&mut stream).await;
    assert_eq!(statuses(&answers(&text, &[])), [200]);
}

/// RFC 9112 §9.3.
#[squall::test]
async fn a_connection_goes_on_unless_it_is_told_to_end() {
    let client = serve().await;
    for value in [
        "close",
        "Close",
        "CLOSE",
        "\tclose ",
        "close,",
        ", close",
        "x, close",
        "x,close,y",
        "close, keep-alive",
        "keep-alive, close",
        "upgrade, close",
        "x\r\nconnection: close",
        "close\r\nconnection: keep-alive",
    ] {
        let request = get(format!("connection: {value}\r\n"));
        let text = send(&client, &request).await;
        let answers = answers(&text, &[]);
        assert_eq!(statuses(&answers), [200], "{value}");
        assert!(answers[0].says_close(), "{value}: {text}");
    }
    for fields in [
        "",
        "connection: keep-alive\r\n",
        "connection: x\r\n",
        "connection: closed\r\n",
        "connection: x-close\r\n",
        "connection:\r\n",
        "keep-alive: timeout=1, max=1\r\n",
        "proxy-connection: close\r\n",
        "x-connection: close\r\n",
    ] {
        answered(&client, get(fields), &[200]).await;
    }
    for (request, status) in [
        ("GET /none HTTP/1.1", 404),
        ("DELETE / HTTP/1.1", 405),
        ("GET /pieces HTTP/1.1", 200),
        ("GET /nothing HTTP/1.1", 204),
        ("OPTIONS * HTTP/1.1", 204),
    ] {
        answered(&client, format!("{request}\r\nhost: a\r\n\r\n"), &[status]).await;
        let last = format!("{request}\r\nhost: a\r\nconnection: close\r\n\r\n");
        refused(&client, last, status).await;
    }
    let read = post("/", "connection: close\r\ncontent-length: 3\r\n", "abc");
    refused(&client, read, 200).await;
}

/// RFC 9112 §9.3, appendix C.2.2.
#[squall::test]
async fn http_1_0_asks_for_a_connection_that_goes_on() {
    let client = serve().await;
    for fields in [
        "",
        "connection: x\r\n",
        "connection: close\r\n",
        "connection: keep-alive, close\r\n",
        "connection: keep-alive\r\nconnection: close\r\n",
        "proxy-connection: keep-alive\r\n",
        "upgrade: websocket\r\nconnection: upgrade\r\n",
    ] {
        let request = format!("GET / HTTP/1.0\r\n{fields}\r\n");
        ended(&client, request, &[200]).await;
    }
    for fields in ["connection: keep-alive\r\n", "connection: Keep-Alive\r\n"] {
        let request = format!("GET / HTTP/1.0\r\n{fields}\r\n");
        let text = send(&client, request.as_bytes()).await;
        let answers = answers(&text, &[]);
        assert_eq!(statuses(&answers), [200, LAST_STATUS], "{fields}");
        assert_eq!(answers[0].field("connection"), Some("keep-alive"));
    }
}

/// RFC 9112 §9.3.2.
#[squall::test]
async fn a_pipeline_of_many_kinds() {
    let client = serve().await;
    let requests = [
        get(""),
        post("/", "content-length: 3\r\n", "abc"),
        b"HEAD / HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
        b"GET /none HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
        chunked("5\r\nabcde\r\n0\r\n\r\n"),
        b"GET /pieces HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
        b"HEAD /pieces HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
        b"GET /nothing HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
        b"HEAD /none HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
        b"OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
        b"DELETE / HTTP/1.1\r\nhost: a\r\n\r\n".to_vec(),
        get("upgrade: x\r\nconnection: upgrade\r\n"),
    ];
    let methods = [
        "GET", "POST", "HEAD", "GET", "POST", "GET", "HEAD", "GET", "HEAD",
    ];
    let text = send(&client, &requests.concat()).await;
    let found: Vec<_> = answers(&text, &methods)
        .into_iter()
        .map(|answer| (answer.status, answer.content))
        .filter(|(status, _)| *status < 400)
        .collect();
    let expected = [
        (200, "hello"),
        (200, "3"),
        (200, ""),
        (200, "5"),
        (200, "one two"),
        (200, ""),
        (204, ""),
        (204, ""),
        (200, "hello"),
        (LAST_STATUS, "last"),
    ];
    assert_eq!(
        found,
        expected.map(|(status, text)| (status, text.to_owned()))
    );
    answered(&client, get("").repeat(300), &[200; 300]).await;
    for second in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        b"GET / HTTP/1.1\r\nhost: a\r\nbad\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a b\r\n\r\n",
        b"what is this\r\n\r\n",
        &post("/", "content-length: x\r\n", ""),
        &post("/", "transfer-encoding: x\r\n", ""),
    ] {
        ended(&client, [&get(""), second].concat(), &[200, 400]).await;
    }
}

/// Not a byte of a request comes with the one before it.
#[squall::test]
async fn a_request_may_come_byte_by_byte() {
    let client = serve().await;
    let requests = [get(""), chunked("3;a\r\nabc\r\n0\r\nx-a: b\r\n\r\n")].concat();
    let mut stream = connect(&client).await;
    for byte in requests {
        stream.write_all(&[byte]).await.unwrap();
        sleep(Duration::from_micros(200)).await;
    }
    stream.write_all(LAST.as_bytes()).await.unwrap();
    let text = read_all(&mut stream).await;
    assert_eq!(statuses(&answers(&text, &[])), [200, 200, LAST_STATUS]);
}

/// RFC 9110 §9.3.2: a `HEAD` has the fields of its `GET`.
#[squall::test]
async fn a_head_has_the_fields_of_its_get() {
    let client = serve().await;
    for target in ["/", "/none", "/nothing", "/last"] {
        let requests = ["HEAD", "GET"]
            .map(|method| format!("{method} {target} HTTP/1.1\r\nhost: a\r\n\r\n"))
            .concat();
        let text = send(&client, requests.as_bytes()).await;
        let found = answers(&text, &["HEAD", "GET"]);
        let fields = |answer: &Answer<'_>| {
            let fields = answer.fields.iter().filter(|(name, _)| *name != "date");
            fields
                .map(|(name, value)| format!("{name}: {value}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(found[0].status, found[1].status, "{target}");
        assert_eq!(fields(&found[0]), fields(&found[1]), "{target}");
    }
}

/// RFC 9110 §9.1, §9.3.7, §9.3.8: the name of a method is compared as it is, and TRACE shows nothing to anybody.
#[squall::test]
async fn methods_that_are_not_there() {
    let client = serve().await;
    for method in ["PUT", "PATCH", "DELETE"] {
        let request = format!("{method} / HTTP/1.1\r\nhost: a\r\n\r\n");
        answered(&client, request, &[405]).await;
    }
    for method in ["get", "Get", "GETS", "X-GET", "TRACE", "!#$%&'*+-.^_`|~"] {
        let request = format!("{method} / HTTP/1.1\r\nhost: a\r\nx-secret: secret\r\n\r\n");
        let text = send(&client, request.as_bytes()).await;
        let answers = answers(&text, &[]);
        assert!([405, 501].contains(&answers[0].status), "{method}: {text}");
        assert!(!text.contains("secret"), "{method}: {text}");
    }
    let options = "OPTIONS / HTTP/1.1\r\nhost: a\r\n\r\n";
    let text = send(&client, options.as_bytes()).await;
    let answers = answers(&text, &[]);
    assert_eq!(answers[0].field("allow"), Some("GET, HEAD, POST, OPTIONS"));
}

/// What a client may send to a handler that does nothing with it (RFC 9110 §7.8, §10, §13, §14).
#[squall::test]
async fn fields_that_mean_nothing_here_are_ignored() {
    let client = serve().await;
    for fields in [
        "upgrade: x\r\n",
        "upgrade: x\r\nconnection: upgrade\r\n",
        "upgrade:\r\nconnection: upgrade\r\n",
        "upgrade: TLS/1.0\r\nconnection: upgrade\r\n",
        "upgrade: h2c\r\nconnection: upgrade, http2-settings\r\nhttp2-settings: AAMAAABk\r\n",
        "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n",
        "range: bytes=0-1\r\n",
        "range: bytes=9-1\r\n",
        "range: x\r\n",
        "if-range: \"a\"\r\nrange: bytes=0-1\r\n",
        "if-match: *\r\n",
        "if-none-match: x\r\n",
        "if-none-match: \"a\", W/\"b\"\r\n",
        "if-modified-since: x\r\n",
        "if-unmodified-since: x\r\n",
        "accept: */*;q=x\r\n",
        "accept-encoding: ;;;\r\n",
        "te: gzip;q=0.5, trailers\r\nconnection: te\r\n",
        "trailer: content-length\r\n",
        "content-type: ;;;\r\n",
        "cookie: ;;;=\r\ncookie: a=b\r\n",
        "authorization: x\r\n",
        "max-forwards: 0\r\n",
        "date: x\r\nfrom: x\r\nvia: 1.1 x\r\nuser-agent: (((\r\n",
    ] {
        answered(&client, get(fields), &[200]).await;
        let with_content = [fields, "content-length: 3\r\n"].concat();
        has_length(&client, post("/", with_content, "abc"), 3).await;
    }
}

/// RFC 9110 §9.1, §15.6.2, §9.3.6.
#[squall::test]
async fn an_unknown_method_is_not_implemented() {
    let client = serve().await;
    let long = "A".repeat(200);
    for method in ["FROB", "get", "Get", "GETS", "!#$%&'*+-.^_`|~", &long] {
        let request = format!("{method} / HTTP/1.1\r\nhost: a\r\n\r\n");
        let text = send(&client, request.as_bytes()).await;
        assert_eq!(answers(&text, &[])[0].status, 501, "{method}");
    }
    // What follows would be of the tunnel.
    for target in ["a.example:443", "a.example:80"] {
        let request = format!("CONNECT {target} HTTP/1.1\r\nhost: a.example\r\n\r\n");
        refused(&client, request, 501).await;
    }
    for target in [
        "a.example",
        "a.example:",
        "a.example:0",
        "a.example:70000",
        ":443",
        "/",
    ] {
        let request = format!("CONNECT {target} HTTP/1.1\r\nhost: a.example\r\n\r\n");
        let text = send(&client, request.as_bytes()).await;
        let found = statuses(&answers(&text, &[]));
        assert!(found == [400] || found == [501], "{target}: {found:?}");
    }
}

/// RFC 9112 §3.2, RFC 9110 §4.2.1, §4.2.4.
#[squall::test]
async fn a_target_is_that_of_its_method() {
    let client = serve().await;
    for line in [
        "GET a.example:80",
        "GET index.html",
        "GET *",
        "POST *",
        "OPTIONS **",
        "GET http://u:p@a/",
        "GET http://@a/",
        "GET http://:80/",
        "GET http://a:x/",
        "GET /\u{e9}",
        "GET /?\u{e9}",
        "GET /#a",
        "GET /?a#b",
        "GET http://a/#b",
    ] {
        let request = format!("{line} HTTP/1.1\r\nhost: a\r\n\r\n");
        let text = send(&client, request.as_bytes()).await;
        assert_eq!(answers(&text, &[])[0].status, 400, "{line}");
    }
}

/// RFC 9112 §3, RFC 9110 §15.5.15.
#[squall::test]
async fn a_target_has_its_length() {
    let client = serve().await;
    let long = |length| format!("GET /?{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(length));
    for request in [
        long(66_000),
        long(100_000),
        long(1_000_000),
        format!("GET /{}", "a".repeat(300_000)),
    ] {
        refused(&client, &request, 414).await;
        ended(&client, format!("{}{request}", long(10)), &[200, 414]).await;
    }
}

/// RFC 9110 §2.5, §15.6.6.
#[squall::test]
async fn a_version_is_answered_by_what_is_known_of_it() {
    let client = serve().await;
    for version in ["1.2", "1.9"] {
        let request = format!("GET / HTTP/{version}\r\nhost: a\r\n\r\n");
        answered(&client, request, &[200]).await;
    }
    for version in ["2.0", "3.0", "9.9", "0.9"] {
        let request = format!("GET / HTTP/{version}\r\nhost: a\r\n\r\n");
        refused(&client, request, 505).await;
    }
}

/// RFC 9110 §4.2.1, §7.2, RFC 3986 §3.2.
#[squall::test]
async fn a_host_is_of_a_uri() {
    let client = serve().await;
    for host in ["a:65536", "a:99999", ":80", ":", "a%zz", "a%4"] {
        let request = format!("GET / HTTP/1.1\r\nhost: {host}\r\n\r\n");
        refused(&client, request, 400).await;
    }
    for host in ["a:65535", "a:0", "%61"] {
        let request = format!("GET / HTTP/1.1\r\nhost: {host}\r\n\r\n");
        answered(&client, request, &[200]).await;
    }
}

/// RFC 9112 §6.1: 501 where the end can be found and the coding is unknown; 400 where it cannot be found (§6.3).
#[squall::test]
async fn an_unknown_coding_is_not_implemented() {
    let client = serve().await;
    for (codings, status) in [
        ("gzip, chunked", 501),
        ("x, chunked", 501),
        ("gzip\r\ntransfer-encoding: chunked", 501),
        ("chunked, chunked", 400),
        ("chunked\r\ntransfer-encoding: chunked", 400),
        ("chunked, gzip, chunked", 400),
        ("chunked;q=1, chunked", 400),
    ] {
        let fields = format!("transfer-encoding: {codings}\r\n");
        refused(&client, post("/", fields, "0\r\n\r\n"), status).await;
    }
}

#[squall::test]
async fn a_length_that_no_content_has() {
    let client = serve().await;
    for length in ["18446744073709551614", "18446744073709551615"] {
        let fields = format!("content-length: {length}\r\n");
        let text = send(&client, &post("/", fields, "abc")).await;
        let found = statuses(&answers(&text, &[]));
        assert!(found == [400] || found == [413], "{length}: {found:?}");
    }
}

/// RFC 9112 §6.3: somebody in front may have read it by its length.
#[squall::test]
async fn a_length_beside_a_coding_is_refused() {
    let client = serve().await;
    for fields in [
        "content-length: 3\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 3\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 0\r\n",
        "transfer-encoding: chunked\r\ncontent-length: x\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
    ] {
        refused(&client, post("/", fields, "3\r\nabc\r\n0\r\n\r\n"), 400).await;
    }
}

/// RFC 9112 §9.6: who will close says so.
#[squall::test]
async fn the_last_answer_says_that_it_is() {
    let client = serve().await;
    let chunks = "transfer-encoding: chunked\r\n";
    for request in [
        chunked("x\r\n"),
        chunked("3\r\nabcd\r\n0\r\n\r\n"),
        chunked("3\r\nabc\r\n0\r\nx a: b\r\n\r\n"),
        post("/unread", chunks, "x\r\n"),
        post("/unread", "content-length: 1000000\r\n", "abc"),
        post("/none", "content-length: 1000000\r\n", "abc"),
        post("/", "content-length: 99999999\r\n", "abc"),
        post(
            "/unread",
            "expect: 100-continue\r\ncontent-length: 3\r\n",
            "",
        ),
        post("/none", "expect: 100-continue\r\ncontent-length: 3\r\n", ""),
    ] {
        let text = exchange(&client, &request).await;
        let answers = answers(&text, &[]);
        assert!(answers[0].says_close(), "{}: {text}", shown(&request));
    }
}

/// A line feed alone is no end of chunks, and what follows no trailer (RFC 9112 §7.1.2).
#[squall::test]
async fn chunks_end_with_an_empty_line() {
    let client = serve().await;
    let content = "3\r\nabc\r\n0\r\n\nGET / HTTP/1.1\r\nhost: a\r\n\r\n";
    ended(&client, chunked(content), &[400]).await;
    let unread = post("/unread", "transfer-encoding: chunked\r\n", content);
    ended(&client, unread, &[200]).await;
}

/// RFC 9110 §10.1.1, §15.5.18.
#[squall::test]
async fn what_nobody_can_expect_is_417() {
    let client = serve().await;
    for expectations in [
        "x",
        "x=y",
        "100-continue, x",
        "100-continue\r\nexpect: x",
        "x\r\nexpect: 100-continue",
    ] {
        let fields = format!("expect: {expectations}\r\ncontent-length: 3\r\n");
        let text = exchange(&client, post("/", fields, "")).await;
        let found = statuses(&answers(&text, &[]));
        assert_eq!(found, [417], "{expectations}");
    }
}

#[squall::test]
async fn a_server_of_its_own() {
    OwnServer::run(app(), Options::default()).await;
}

/// Who has nothing more to say may still listen: what can be answered at once is.
#[squall::test]
async fn the_end_of_what_is_sent_is_no_end() {
    let server = OwnServer::start("http1::a_server_of_its_own");
    let target = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n").into_bytes();
    for (requests, expected) in [
        (target("/"), &[200][..]),
        (target("/none"), &[404]),
        (post("/", "content-length: 3\r\n", "abc"), &[200]),
        (chunked("3\r\nabc\r\n0\r\n\r\n"), &[200]),
        (target("/").repeat(3), &[200; 3]),
    ] {
        for _ in 0..20 {
            // All of it is there before the server looks.
            let mut stream = std::net::TcpStream::connect(&server.address).unwrap();
            std::io::Write::write_all(&mut stream, &requests).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            stream.set_nonblocking(true).unwrap();
            let mut stream = tokio::net::TcpStream::from_std(stream).unwrap();
            let text = read_all(&mut stream).await;
            let found = statuses(&answers(&text, &[]));
            assert_eq!(found, expected, "{}", shown(&requests));
        }
    }
}

/// Content that ends with the connection is not of one that goes on.
#[squall::test]
async fn a_stream_to_http_1_0_promises_nothing() {
    let client = serve().await;
    let request = b"GET /pieces HTTP/1.0\r\nconnection: keep-alive\r\n\r\n";
    let text = send(&client, request).await;
    let answers = answers(&text, &[]);
    assert_eq!(statuses(&answers), [200]);
    assert_eq!(answers[0].content, "one two");
    assert_ne!(answers[0].field("connection"), Some("keep-alive"), "{text}");
}

/// What hyper cannot read is judged by its bytes, wherever it stands and however it comes.
#[squall::test]
async fn a_refusal_behind_an_answer_is_exact() {
    let client = serve().await;
    let line = |line: &str| format!("{line}\r\nhost: a\r\n\r\n");
    let good = line("GET / HTTP/1.1");
    for (bad, status) in [
        (line("GET / HTTP/2.0"), 505),
        (line("GE:T / HTTP/1.1"), 400),
        (format!("GET /{}", "a".repeat(300_000)), 414),
        (
            line(&format!("GET / HTTP/1.1\r\na: {}", "a".repeat(70_000))),
            431,
        ),
        (
            line(&format!("GET / HTTP/1.1{}", "\r\na: b".repeat(101))),
            431,
        ),
    ] {
        refused(&client, &bad, status).await;
        ended(&client, format!("{good}{bad}"), &[200, status]).await;
    }
    let later = line("GET / HTTP/1.9");
    answered(&client, format!("{good}{later}{later}{good}"), &[200; 4]).await;
    let mut stream = connect(&client).await;
    for piece in [&later[..9], &later[9..20], &later[20..], LAST] {
        stream.write_all(piece.as_bytes()).await.unwrap();
        sleep(Duration::from_millis(20)).await;
    }
    let text = read_all(&mut stream).await;
    assert_eq!(statuses(&answers(&text, &[])), [200, LAST_STATUS]);
}

/// What stands behind a head that was refused is content, whatever it looks like.
#[squall::test]
async fn content_of_what_is_refused_is_no_request() {
    let client = serve().await;
    let content = "GET / HTTP/1.2\r\nhost: a\r\n\r\n";
    for length in ["+3", "3, 4", "18446744073709551615"] {
        let fields = format!("content-length: {length}\r\n");
        refused(&client, post("/", fields, content), 400).await;
    }
}

/// The rest of a head that came behind another request is not taken for the beginning of one.
#[squall::test]
async fn a_head_comes_in_pieces() {
    let client = serve().await;
    let mut stream = connect(&client).await;
    let good = "GET / HTTP/1.1\r\nhost: a\r\n";
    for piece in [
        &format!("{good}\r\n{good}x-a: b "),
        "see #5 or c\r\n\r\n",
        LAST,
    ] {
        stream.write_all(piece.as_bytes()).await.unwrap();
        sleep(Duration::from_millis(20)).await;
    }
    let text = read_all(&mut stream).await;
    assert_eq!(statuses(&answers(&text, &[])), [200, 200, LAST_STATUS]);
}

/// Content that nobody reads and that is there already does not cost the connection.
#[squall::test]
async fn little_unread_content_is_thrown_away() {
    let client = serve().await;
    let chunks = "transfer-encoding: chunked\r\n";
    for path in ["/unread", "/none"] {
        let status = if path == "/none" { 404 } else { 200 };
        let long = "a".repeat(60_000);
        for request in [
            post(path, "content-length: 3\r\n", "abc"),
            post(path, "content-length: 60000\r\n", &long),
            post(path, chunks, "3\r\nabc\r\n3\r\nabc\r\n0\r\na: b\r\n\r\n"),
        ] {
            answered(&client, request.repeat(3), &[status; 3]).await;
        }
        let much = "a".repeat(200_000);
        refused(
            &client,
            post(path, "content-length: 200000\r\n", much),
            status,
        )
        .await;
    }
}
