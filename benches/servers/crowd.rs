//! Holds many long connections at one time, and looks whether each hears of what is said:
//! `crowd <port> <process> <sockets> <streams> <polls>`.
//!
//! It opens WebSockets at `/feed`, event streams at `/events` and long polls at `/updates`, lets them wait for three seconds, and says over one of
//! the sockets what all of them must hear. It prints the memory of the server for each connection, in KiB, before and after that; the
//! milliseconds until the last of them had heard; and how many had.

use std::{
    fs,
    io::{self, Read, Write},
    net::{Ipv4Addr, TcpStream},
    thread::sleep,
    time::{Duration, Instant},
};

const SAID: &str = "a word for all";

fn main() -> io::Result<()> {
    let numbers: Vec<usize> = std::env::args().skip(1).map(|text| text.parse().expect("a number")).collect();
    let [port, process, sockets, streams, polls] = numbers[..] else {
        panic!("usage: crowd <port> <process> <sockets> <streams> <polls>")
    };
    let port = u16::try_from(port).expect("a port");
    // One that speaks; without it there is none where only streams and polls are counted.
    let mut speaker = open(port, "/feed")?;
    sleep(Duration::from_millis(500));
    let before = memory(process)?;
    let mut crowd = Vec::new();
    for (path, count) in [("/feed", sockets), ("/events", streams), ("/updates", polls)] {
        for _ in 0..count {
            crowd.push(open(port, path)?);
        }
    }
    sleep(Duration::from_secs(3));
    let each = |memory: u64| (memory - before) as f64 / crowd.len() as f64;
    let idle = each(memory(process)?);
    let start = Instant::now();
    speaker.write_all(&frame(SAID.as_bytes()))?;
    let mut heard = 0;
    for stream in &mut crowd {
        heard += usize::from(hears(stream).is_ok());
    }
    let took = start.elapsed();
    let each = |memory: u64| (memory - before) as f64 / crowd.len() as f64;
    println!("{idle:.2} {:.2} {} {heard}", each(memory(process)?), took.as_millis());
    Ok(())
}

/// The resident memory of a process, in KiB.
fn memory(process: usize) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| io::Error::other("the process tells no memory"))
}

/// Sends a request; of a long poll the answer comes later.
fn open(port: u16, path: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let upgrade = if path == "/feed" {
        "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    } else {
        ""
    };
    write!(stream, "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nuser-agent: crowd/1.0\r\naccept: */*\r\n{upgrade}\r\n")?;
    if path != "/updates" {
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
    }
    Ok(stream)
}

/// Reads until the word has come.
fn hears(stream: &mut TcpStream) -> io::Result<()> {
    let (mut heard, mut piece) = (Vec::new(), [0; 4096]);
    while !heard.windows(SAID.len()).any(|window| window == SAID.as_bytes()) {
        match stream.read(&mut piece)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => heard.extend_from_slice(&piece[..count]),
        }
    }
    Ok(())
}

/// A text of a client, as one frame, under a mask of zeros.
fn frame(message: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x81, 0x80 | message.len() as u8, 0, 0, 0, 0];
    frame.extend_from_slice(message);
    frame
}
