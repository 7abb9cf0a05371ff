//! A peer that compresses (RFC 7692): the frames are `tungstenite`'s, the deflate is `miniz_oxide`'s. It keeps to what was agreed on to the byte: what
//! looks back further than it may cannot be inflated here.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
};

use miniz_oxide::{
    deflate::core::{CompressorOxide, TDEFLFlush, compress, create_comp_flags_from_zip_params},
    inflate::{
        TINFLStatus,
        core::{DecompressorOxide, decompress, inflate_flags::TINFL_FLAG_HAS_MORE_INPUT},
    },
};
use proptest::prelude::*;
use squall::websocket::{Compression, Message, Settings};
use tungstenite::{
    handshake::derive_accept_key,
    protocol::frame::{
        CloseFrame, Frame, FrameSocket,
        coding::{Control, Data, OpCode},
    },
};

use super::{Draft, Heard, Peer, all_goes_well, meet_client, meet_server, talks, told};

/// With this a compressed message ends; it is not sent.
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// What stands behind `permessage-deflate`.
#[derive(Clone, Copy, Debug, Default)]
struct Terms {
    server_bits: Option<u8>,
    /// A client offers it with a value or without.
    client_bits: Option<Option<u8>>,
    server_alone: bool,
    client_alone: bool,
}

impl Terms {
    /// Reads the head of a request or an answer.
    fn of(head: &str) -> Result<Self, String> {
        let field = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("sec-websocket-extensions")
                .then_some(value)
        });
        let mut parts = field.ok_or(head)?.split(';').map(str::trim);
        let mut terms = Self::default();
        if parts.next() != Some("permessage-deflate") {
            return Err(head.to_owned());
        }
        for part in parts {
            match part.split_once('=') {
                Some(("server_max_window_bits", bits)) => {
                    terms.server_bits = Some(bits.parse().map_err(told)?);
                }
                Some(("client_max_window_bits", bits)) => {
                    terms.client_bits = Some(Some(bits.parse().map_err(told)?));
                }
                None if part == "client_max_window_bits" => terms.client_bits = Some(None),
                None if part == "server_no_context_takeover" => terms.server_alone = true,
                None if part == "client_no_context_takeover" => terms.client_alone = true,
                _ => return Err(head.to_owned()),
            }
        }
        Ok(terms)
    }

    fn field(self) -> String {
        let mut field = "sec-websocket-extensions: permessage-deflate".to_owned();
        if let Some(bits) = self.server_bits {
            field += &format!("; server_max_window_bits={bits}");
        }
        match self.client_bits {
            Some(Some(bits)) => field += &format!("; client_max_window_bits={bits}"),
            Some(None) => field += "; client_max_window_bits",
            None => {}
        }
        if self.server_alone {
            field += "; server_no_context_takeover";
        }
        if self.client_alone {
            field += "; client_no_context_takeover";
        }
        field + "\r\n"
    }

    /// A server's answer to an offer: what these ask for, as far as it is offered.
    fn answer(self, offer: Self) -> Self {
        let least = |own: Option<u8>, offered: Option<u8>| own.into_iter().chain(offered).min();
        Self {
            server_bits: least(self.server_bits, offer.server_bits),
            client_bits: offer
                .client_bits
                .and_then(|offered| least(self.client_bits.flatten(), offered).map(Some)),
            server_alone: self.server_alone || offer.server_alone,
            client_alone: self.client_alone || offer.client_alone,
        }
    }
}

/// What both ends choose: a choice of squall's, and terms of the peer's.
fn choices() -> impl Strategy<Value = (Compression, Terms)> {
    let bits = || prop::option::of(9..=15_u8);
    let own = (
        9..=15_u8,
        9..=15_u8,
        any::<(bool, bool)>(),
        0..=9_u32,
        prop::sample::select(vec![0, 64, 1000]),
    );
    let own = own.prop_map(
        |(server, client, (server_takes_over, client_takes_over), level, least)| {
            Compression::default()
                .server_bits(server)
                .client_bits(client)
                .server_takes_over(server_takes_over)
                .client_takes_over(client_takes_over)
                .level(level)
                .min_size(least)
        },
    );
    let terms = (bits(), prop::option::of(bits()), any::<(bool, bool)>());
    let terms = terms.prop_map(
        |(server_bits, client_bits, (server_alone, client_alone))| Terms {
            server_bits,
            client_bits,
            server_alone,
            client_alone,
        },
    );
    (own, terms)
}

struct Deflating {
    socket: FrameSocket<TcpStream>,
    is_server: bool,
    outgoing: Outgoing,
    incoming: Incoming,
    has_closed: bool,
    is_closed: bool,
}

impl Deflating {
    fn new(stream: TcpStream, is_server: bool, agreed: Terms) -> Self {
        let server = (agreed.server_bits.unwrap_or(15), agreed.server_alone);
        let client = (
            agreed.client_bits.flatten().unwrap_or(15),
            agreed.client_alone,
        );
        let (outgoing, incoming) = if is_server {
            (server, client)
        } else {
            (client, server)
        };
        Self {
            socket: FrameSocket::new(stream),
            is_server,
            outgoing: Outgoing {
                bits: outgoing.0,
                is_alone: outgoing.1,
                state: fresh(),
            },
            incoming: Incoming {
                is_alone: incoming.1,
                state: Box::default(),
                window: vec![0; 1 << incoming.0],
                place: 0,
            },
            has_closed: false,
            is_closed: false,
        }
    }

    /// Opens a WebSocket of a server, and offers these terms.
    fn connect(mut stream: TcpStream, offer: Terms) -> Result<Self, String> {
        let request = format!(
            "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n",
            offer.field()
        );
        stream.write_all(request.as_bytes()).map_err(told)?;
        let agreed = Terms::of(&head(&mut stream)?)?;
        Ok(Self::new(stream, false, agreed))
    }

    /// Opens a WebSocket for a client, on these terms where it offers them.
    fn accept(mut stream: TcpStream, own: Terms) -> Result<Self, String> {
        let head = head(&mut stream)?;
        let key = head
            .lines()
            .find_map(|line| line.strip_prefix("sec-websocket-key: "));
        let agreed = own.answer(Terms::of(&head)?);
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {}\r\n{}\r\n",
            derive_accept_key(key.ok_or("no key")?.as_bytes()),
            agreed.field()
        );
        stream.write_all(answer.as_bytes()).map_err(told)?;
        Ok(Self::new(stream, true, agreed))
    }
}

/// The head of a request or an answer, and nothing of what is behind it.
fn head(stream: &mut TcpStream) -> Result<String, String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).map_err(told)?;
        head.push(byte[0]);
    }
    String::from_utf8(head).map_err(told)
}

impl Peer for Deflating {
    fn payload(&mut self, draft: &Draft) -> (Vec<u8>, bool) {
        let message = draft.message();
        match message.as_bytes() {
            content if draft.is_plain || content.is_empty() => (content.to_vec(), false),
            content => (self.outgoing.deflate(content), true),
        }
    }

    fn send(&mut self, mut frame: Frame) -> Result<(), String> {
        if !self.is_server {
            frame.header_mut().mask = Some([0xa5, 0x00, 0x5a, 0xff]);
        }
        self.socket.send(frame).map_err(told)
    }

    fn close(&mut self, reason: Option<CloseFrame>) -> Result<(), String> {
        self.has_closed = true;
        self.send(Frame::close(reason))
    }

    fn hear(&mut self) -> Result<Option<Heard>, String> {
        if self.is_closed {
            // The server closes first.
            if self.is_server {
                self.socket
                    .get_ref()
                    .shutdown(Shutdown::Write)
                    .map_err(told)?;
            }
            return match self.socket.read(None).map_err(told)? {
                None => Ok(None),
                Some(frame) => Err(format!("behind the end comes {frame:?}")),
            };
        }
        let frame = self
            .socket
            .read(None)
            .map_err(told)?
            .ok_or("there was no close frame")?;
        let header = frame.header().clone();
        if header.mask.is_some() != self.is_server || !header.is_final || header.rsv2 || header.rsv3
        {
            return Err(format!("not so: {header:?}"));
        }
        let mask = header.mask.unwrap_or_default();
        let payload = frame.payload().iter().zip(mask.iter().cycle());
        let payload: Vec<_> = payload.map(|(byte, key)| byte ^ key).collect();
        match (header.opcode, header.rsv1) {
            (OpCode::Data(kind), is_compressed) => {
                let content = if is_compressed {
                    self.incoming.inflate(payload)?
                } else {
                    payload
                };
                message(kind, content)
            }
            (OpCode::Control(kind), false) => self.control(kind, payload),
            (OpCode::Control(_), true) => Err("a control frame is compressed".to_owned()),
        }
        .map(Some)
    }
}

impl Deflating {
    fn control(&mut self, kind: Control, payload: Vec<u8>) -> Result<Heard, String> {
        match kind {
            Control::Ping => {
                if !self.has_closed {
                    self.send(Frame::pong(payload.clone()))?;
                }
                Ok(Heard::Ping(payload))
            }
            Control::Pong => Ok(Heard::Pong(payload)),
            _ => {
                self.is_closed = true;
                let reason = payload
                    .split_first_chunk()
                    .map(|(code, text)| (u16::from_be_bytes(*code), text.to_vec()));
                let reason =
                    reason.map(|(code, text)| String::from_utf8(text).map(|text| (code, text)));
                let reason = reason.transpose().map_err(told)?;
                if !self.has_closed {
                    let code = reason.clone().map(|(code, _)| CloseFrame {
                        code: code.into(),
                        reason: "".into(),
                    });
                    self.close(code)?;
                }
                Ok(Heard::Close(reason))
            }
        }
    }
}

fn message(kind: Data, content: Vec<u8>) -> Result<Heard, String> {
    let message = match kind {
        Data::Text => Message::Text(String::from_utf8(content).map_err(told)?),
        Data::Binary => Message::Binary(content),
        // Squall sends messages whole.
        _ => return Err(format!("a message does not begin with {kind:?}")),
    };
    Ok(Heard::Message(message))
}

struct Outgoing {
    bits: u8,
    is_alone: bool,
    state: Box<CompressorOxide>,
}

fn fresh() -> Box<CompressorOxide> {
    // Raw, which is a window below zero.
    Box::new(CompressorOxide::new(create_comp_flags_from_zip_params(
        6, -15, 0,
    )))
}

impl Outgoing {
    fn deflate(&mut self, content: &[u8]) -> Vec<u8> {
        if self.is_alone {
            self.state = fresh();
        }
        let mut out = Vec::new();
        if self.bits == 15 {
            self.add(content, TDEFLFlush::Sync, &mut out);
        } else {
            // It has but one window: what is no longer than that which was agreed on cannot look back further.
            for part in content.chunks(1 << self.bits) {
                self.add(part, TDEFLFlush::Full, &mut out);
            }
        }
        assert!(out.ends_with(&TAIL));
        out.truncate(out.len() - TAIL.len());
        out
    }

    fn add(&mut self, mut content: &[u8], flush: TDEFLFlush, out: &mut Vec<u8>) {
        let mut space = [0; 4096];
        loop {
            let (_, taken, given) = compress(&mut self.state, content, &mut space, flush);
            out.extend_from_slice(&space[..given]);
            content = &content[taken..];
            if content.is_empty() && given < space.len() {
                return;
            }
        }
    }
}

struct Incoming {
    is_alone: bool,
    state: Box<DecompressorOxide>,
    /// As large as was agreed on: a distance beyond it is an error.
    window: Vec<u8>,
    place: usize,
}

impl Incoming {
    fn inflate(&mut self, mut payload: Vec<u8>) -> Result<Vec<u8>, String> {
        if self.is_alone {
            *self.state = DecompressorOxide::default();
            // What was said before is not there to look back to.
            self.window.fill(0);
        }
        payload.extend_from_slice(&TAIL);
        let (mut rest, mut content) = (&payload[..], Vec::new());
        loop {
            let (status, taken, given) = decompress(
                &mut self.state,
                rest,
                &mut self.window,
                self.place,
                TINFL_FLAG_HAS_MORE_INPUT,
            );
            content.extend_from_slice(&self.window[self.place..self.place + given]);
            self.place = (self.place + given) % self.window.len();
            rest = &rest[taken..];
            match status {
                TINFLStatus::HasMoreOutput => {}
                TINFLStatus::NeedsMoreInput if rest.is_empty() => return Ok(content),
                wrong => return Err(format!("{wrong:?} behind {} bytes", content.len())),
            }
        }
    }
}

#[test]
fn a_server_talks_to_another_client_in_deflate() {
    all_goes_well(24, (talks(), choices()), async |(talk, (own, terms))| {
        let settings = Settings::default().compression(own);
        meet_server(talk, &settings, move |stream| {
            Deflating::connect(stream, terms)
        })
        .await
    });
}

#[test]
fn a_client_talks_to_another_server_in_deflate() {
    all_goes_well(24, (talks(), choices()), async |(talk, (own, terms))| {
        let settings = Settings::default().compression(own);
        meet_client(talk, &settings, move |stream| {
            Deflating::accept(stream, terms)
        })
        .await
    });
}
