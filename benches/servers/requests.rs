//! Sends an exact number of requests: `requests <port> <count> [connections] [path]`.
//!
//! The connections are kept alive and take turns, with one request under way at a time: so a server does the same in every run,
//! however busy the machine is. The first connection waits for a server that is still starting.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpStream},
    thread::sleep,
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize| arguments.get(index).map(|text| text.parse::<usize>());
    let (Some(Ok(port)), Some(Ok(count))) = (number(0), number(1)) else {
        panic!("usage: requests <port> <count> [connections] [path]")
    };
    let connections = number(2).map_or(4, |number| number.expect("a number of connections"));
    let path = arguments.get(3).map_or("/", String::as_str);
    let port = u16::try_from(port).expect("a port");
    let mut connections = (0..connections)
        .map(|_| Connection::open(port))
        .collect::<io::Result<Vec<_>>>()?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nuser-agent: requests/1.0\r\naccept: */*\r\n\r\n"
    );
    send(&mut connections, request.as_bytes(), count)
}

fn send(connections: &mut [Connection], request: &[u8], count: usize) -> io::Result<()> {
    for number in 0..count {
        let turn = number % connections.len();
        connections[turn].ask(request)?;
    }
    Ok(())
}

struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(port: u16) -> io::Result<Self> {
        let start = Instant::now();
        loop {
            match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    stream.set_read_timeout(Some(PATIENCE))?;
                    return Ok(Self(BufReader::new(stream)));
                }
                Err(error) if start.elapsed() > PATIENCE => return Err(error),
                Err(_) => sleep(Duration::from_millis(50)),
            }
        }
    }

    /// Sends a request and reads an answer whose length is said; makes sure that it is 200.
    fn ask(&mut self, request: &[u8]) -> io::Result<()> {
        self.0.get_mut().write_all(request)?;
        let (mut line, mut length) = (String::new(), 0);
        self.0.read_line(&mut line)?;
        if !line.starts_with("HTTP/1.1 200 ") {
            return Err(io::Error::other(format!("answered with {line:?}")));
        }
        while line != "\r\n" {
            line.clear();
            if self.0.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        io::copy(&mut (&mut self.0).take(length), &mut io::sink())?;
        Ok(())
    }
}
