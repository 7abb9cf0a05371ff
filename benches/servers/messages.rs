//! Sends messages over WebSockets and waits for each to come back: `messages <port> <count> <bytes> [connections]`, at `/echo`; with a
//! fifth argument `feed` one connection publishes at `/feed`, and all of them, which are subscribers, wait for what it has said.
//!
//! It does the same in every run, one message after the other, however busy the machine is. It prints the seconds that it took.

use std::{
    io::{self, BufReader, Read, Write},
    net::{Ipv4Addr, TcpStream},
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(60);

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize| arguments.get(index).and_then(|text| text.parse::<usize>().ok());
    let (Some(port), Some(count), Some(bytes)) = (number(0), number(1), number(2)) else {
        panic!("usage: messages <port> <count> <bytes> [connections] [feed]")
    };
    let connections = number(3).unwrap_or(1);
    let is_feed = arguments.get(4).is_some_and(|word| word == "feed");
    let path = if is_feed { "/feed" } else { "/echo" };
    let port = u16::try_from(port).expect("a port");
    let mut sockets = (0..connections)
        .map(|_| Socket::open(port, path))
        .collect::<io::Result<Vec<_>>>()?;
    let message = vec![b'a'; bytes];
    let frame = frame(&message);
    let start = Instant::now();
    for number in 0..count {
        let turn = number % connections;
        sockets[turn].stream.get_mut().write_all(&frame)?;
        let takers = if is_feed { 0..connections } else { turn..turn + 1 };
        for socket in &mut sockets[takers] {
            socket.expect(&message)?;
        }
    }
    println!("{:.3}", start.elapsed().as_secs_f64());
    Ok(())
}

/// A text of a client, as one frame.
fn frame(message: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x81];
    match message.len() {
        length @ 0..126 => frame.push(0x80 | length as u8),
        length @ 126..0x1_0000 => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            frame.push(0x80 | 127);
            frame.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(&MASK);
    frame.extend(message.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

struct Socket {
    stream: BufReader<TcpStream>,
    payload: Vec<u8>,
}

impl Socket {
    fn open(port: u16, path: &str) -> io::Result<Self> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )?;
        let mut stream = BufReader::with_capacity(128 * 1024, stream);
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        if !head.starts_with(b"HTTP/1.1 101 ") {
            let head = String::from_utf8_lossy(&head).into_owned();
            return Err(io::Error::other(format!("answered with {head:?}")));
        }
        Ok(Self { stream, payload: Vec::new() })
    }

    /// Reads a message, which must be this one.
    fn expect(&mut self, message: &[u8]) -> io::Result<()> {
        let mut head = [0; 2];
        self.stream.read_exact(&mut head)?;
        let length = match head[1] {
            126 => {
                let mut length = [0; 2];
                self.stream.read_exact(&mut length)?;
                u64::from(u16::from_be_bytes(length))
            }
            127 => {
                let mut length = [0; 8];
                self.stream.read_exact(&mut length)?;
                u64::from_be_bytes(length)
            }
            length => u64::from(length),
        };
        self.payload.resize(length as usize, 0);
        self.stream.read_exact(&mut self.payload)?;
        if head[0] != 0x81 || self.payload != message {
            return Err(io::Error::other("another message came back"));
        }
        Ok(())
    }
}
