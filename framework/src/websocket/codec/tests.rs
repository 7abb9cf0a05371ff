//! The two halves against each other, however the bytes come, and against what no peer may send.

use proptest::prelude::*;

use super::{offer::Way, *};

const MOST: usize = 1 << 20;

fn agreed(bits: u8, takes_over: bool) -> Agreed {
    let way = Way { bits, takes_over };
    Agreed {
        outgoing: way,
        incoming: way,
        level: 6,
        min_size: 0,
    }
}

/// What comes of bytes that arrive in pieces of at most so many.
fn decode(decoder: &mut Decoder, bytes: &[u8], most: usize) -> Result<Vec<Event>, Violation> {
    let mut events = Vec::new();
    let mut unread = Vec::new();
    for piece in bytes.chunks(most) {
        unread.extend_from_slice(piece);
        loop {
            let (taken, event) = decoder.decode(&mut unread)?;
            unread.drain(..taken);
            match event {
                Some(event) => events.push(event),
                None => break,
            }
        }
    }
    Ok(events)
}

fn decoder(role: Role) -> Decoder {
    Decoder::new(role, MOST, None)
}

/// The bytes of a frame of a client, with a mask of zeros: its payload is what stands there.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..126 => bytes.push(0x80 | length as u8),
        length => {
            bytes.push(0x80 | 126);
            bytes.extend_from_slice(&u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(payload);
    bytes
}

fn text(text: impl Into<String>) -> Event {
    Event::Message(Message::Text(text.into()))
}

fn binary(bytes: Vec<u8>) -> Event {
    Event::Message(Message::Binary(bytes))
}

fn messages() -> impl Strategy<Value = Vec<Event>> {
    let code = prop::sample::select(vec![1000, 1001, 1011, 3000, 4999]);
    let reason =
        (code, "[a-zé]{0,40}").prop_map(|(code, reason)| (CloseCode::new(code).unwrap(), reason));
    let long = prop::collection::vec(any::<u8>(), 0..100_000);
    let dull =
        (any::<char>(), 0_usize..20_000).prop_map(|(c, length)| String::from(c).repeat(length));
    let control = prop::collection::vec(any::<u8>(), 0..=125);
    let message = prop_oneof![
        any::<String>().prop_map(text),
        dull.prop_map(text),
        long.prop_map(binary),
        control.clone().prop_map(Event::Ping),
        control.prop_map(Event::Pong),
    ];
    let all = (
        prop::collection::vec(message, 0..6),
        prop::option::of(prop::option::of(reason)),
    );
    all.prop_map(|(mut messages, close)| {
        messages.extend(close.map(Event::Close));
        messages
    })
}

fn encode(encoder: &mut Encoder, messages: &[Event]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for message in messages {
        match message {
            Event::Message(Message::Text(text)) => {
                encoder.message(Kind::Text, text.as_bytes(), &mut bytes);
            }
            Event::Message(Message::Binary(content)) => {
                encoder.message(Kind::Binary, content, &mut bytes);
            }
            Event::Ping(payload) => encoder.ping(payload, &mut bytes),
            Event::Pong(payload) => encoder.pong(payload, &mut bytes),
            Event::Close(Some((code, reason))) => encoder.close(*code, reason, &mut bytes),
            Event::Close(None) => encoder.close(CloseCode::NO_CODE, "", &mut bytes),
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_sent_comes(
        messages in messages(),
        is_client: bool,
        compression in prop::option::of((9_u8..=15, any::<bool>())),
        most in prop_oneof![1_usize..20, 1000_usize..100_000],
    ) {
        let agreed = compression.map(|(bits, takes_over)| agreed(bits, takes_over));
        let (from, to) = if is_client { (Role::Client, Role::Server) } else { (Role::Server, Role::Client) };
        let bytes = encode(&mut Encoder::new(from, agreed.as_ref()), &messages);
        let mut decoder = Decoder::new(to, MOST, agreed.as_ref());
        // One byte at a time through the longest of them takes too long here.
        let most = if bytes.len() > 10_000 { most.max(100) } else { most };
        prop_assert_eq!(decode(&mut decoder, &bytes, most), Ok(messages));
        prop_assert!(!decoder.is_amid());
    }

    #[test]
    fn whatever_comes_nothing_breaks(bytes: Vec<u8>, most in 1_usize..50, is_compressed: bool) {
        let agreed = is_compressed.then(|| agreed(15, true));
        let mut decoder = Decoder::new(Role::Server, 100, agreed.as_ref());
        if let Ok(events) = decode(&mut decoder, &bytes, most) {
            for event in events {
                if let Event::Message(message) = event {
                    prop_assert!(message.as_bytes().len() <= 100);
                }
            }
        }
    }

    #[test]
    fn whatever_is_inflated_nothing_breaks(payload in prop::collection::vec(any::<u8>(), 0..200), takes_over: bool) {
        let mut decoder = Decoder::new(Role::Server, 1000, Some(&agreed(15, takes_over)));
        for _ in 0..2 {
            if decode(&mut decoder, &frame(0xc2, &payload), 7).is_err() {
                break;
            }
        }
    }
}

#[test]
fn a_message_may_come_in_fragments_with_control_frames_between() {
    let bytes = [
        frame(0x01, "κό".as_bytes().split_last().unwrap().1),
        frame(0x89, b"?"),
        frame(0x00, b""),
        frame(0x00, &"κό".as_bytes()[3..]),
        frame(0x80, b"!"),
        frame(0x82, b"\xff"),
    ];
    let events = decode(&mut decoder(Role::Server), &bytes.concat(), 1);
    let expected = vec![Event::Ping(b"?".to_vec()), text("κό!"), binary(vec![0xff])];
    assert_eq!(events, Ok(expected));
}

#[test]
fn who_breaks_the_protocol_is_told_how() {
    let unmasked = vec![0x81, 0x01, b'a'];
    for (bytes, code) in [
        (unmasked, 1002),
        (frame(0x80, b""), 1002),
        ([frame(0x01, b"a"), frame(0x01, b"b")].concat(), 1002),
        ([frame(0x01, b"a"), frame(0x82, b"b")].concat(), 1002),
        (frame(0xc1, b"a"), 1002),
        (frame(0x88, b"\x03"), 1002),
        (frame(0x88, &999_u16.to_be_bytes()), 1002),
        (frame(0x88, &1005_u16.to_be_bytes()), 1002),
        (frame(0x88, &1006_u16.to_be_bytes()), 1002),
        (frame(0x88, &1015_u16.to_be_bytes()), 1002),
        (frame(0x88, &5000_u16.to_be_bytes()), 1002),
        (frame(0x88, b"\x03\xe8\xff"), 1007),
        (frame(0x81, b"\xff"), 1007),
        (frame(0x01, b"a\xf4\x90"), 1007),
        (frame(0x81, b"\xce"), 1007),
        (
            vec![0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 1, 0, 0, 0, 0],
            1009,
        ),
    ] {
        let found = decode(&mut decoder(Role::Server), &bytes, 1);
        assert_eq!(
            found.map_err(|violation| violation.code.get()),
            Err(code),
            "{bytes:?}"
        );
    }
    let masked = frame(0x81, b"a");
    let found = decode(&mut decoder(Role::Client), &masked, 1);
    assert_eq!(found.unwrap_err().code, CloseCode::PROTOCOL_ERROR);
}

#[test]
fn nothing_comes_behind_a_close() {
    let bytes = [frame(0x88, b""), frame(0x81, b"a"), vec![0xff]].concat();
    for most in [1, 100] {
        let events = decode(&mut decoder(Role::Server), &bytes, most);
        assert_eq!(events, Ok(vec![Event::Close(None)]));
    }
}

#[test]
fn a_message_has_its_limit_however_it_comes() {
    let text = |length| "x".repeat(length).into_bytes();
    let limited = || Decoder::new(Role::Server, 1000, None);
    assert!(decode(&mut limited(), &frame(0x81, &text(1000)), 100).is_ok());
    let too_big = Err(Violation::TOO_BIG);
    assert_eq!(
        decode(&mut limited(), &frame(0x81, &text(1001)), 100),
        too_big
    );
    let fragments = [frame(0x01, &text(600)), frame(0x80, &text(401))].concat();
    assert_eq!(decode(&mut limited(), &fragments, 100), too_big);
    // It is refused before its content comes.
    assert_eq!(
        decode(&mut limited(), &frame(0x81, &text(1001))[..8], 100),
        too_big
    );
}

#[test]
fn what_inflates_without_end_is_too_big() {
    let agreed = agreed(15, false);
    let mut bytes = Vec::new();
    Encoder::new(Role::Client, Some(&agreed)).message(Kind::Text, &vec![b'0'; 1 << 20], &mut bytes);
    assert!(bytes.len() < 2000);
    let inflated = |most| {
        decode(
            &mut Decoder::new(Role::Server, most, Some(&agreed)),
            &bytes,
            100,
        )
    };
    assert_eq!(inflated((1 << 20) - 1), Err(Violation::TOO_BIG));
    assert_eq!(inflated(1 << 20).unwrap().len(), 1);
    // Blocks that give nothing, without end.
    let nothing = frame(0x42, &[0, 0, 0, 0xff, 0xff].repeat(100));
    let more = frame(0x00, &[0, 0, 0, 0xff, 0xff].repeat(100));
    let endless = [nothing, more.repeat(10)].concat();
    let found = decode(
        &mut Decoder::new(Role::Server, 1000, Some(&agreed)),
        &endless,
        100,
    );
    assert_eq!(found, Err(Violation::TOO_BIG));
}

/// The examples of RFC 7692 §7.2.3: one block, two blocks, a block that is not compressed, and one that is marked as the last.
#[test]
fn the_examples_of_the_standard_are_read() {
    let hello = Ok(vec![text("Hello")]);
    let check = |payload: &[u8]| {
        decode(
            &mut Decoder::new(Role::Server, MOST, Some(&agreed(15, true))),
            &frame(0xc1, payload),
            3,
        )
    };
    assert_eq!(check(&[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]), hello);
    assert_eq!(
        check(&[
            0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00
        ]),
        hello
    );
    assert_eq!(
        check(&[
            0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00
        ]),
        hello
    );
    assert_eq!(
        check(&[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00]),
        hello
    );
    // With context take-over the second message looks back to the first.
    let twice = [
        frame(0xc1, &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]),
        frame(0xc1, &[0xf2, 0x00, 0x11, 0x00, 0x00]),
    ]
    .concat();
    let events = decode(
        &mut Decoder::new(Role::Server, MOST, Some(&agreed(15, true))),
        &twice,
        100,
    );
    assert_eq!(events, Ok(vec![text("Hello"); 2]));
    let found = decode(
        &mut Decoder::new(Role::Server, MOST, Some(&agreed(15, false))),
        &twice,
        100,
    );
    assert_eq!(found.unwrap_err().code, CloseCode::INVALID_CONTENT);
}

#[test]
fn a_context_makes_what_follows_shorter() {
    let lengths = |takes_over| {
        let mut encoder = Encoder::new(Role::Server, Some(&agreed(15, takes_over)));
        [0; 2].map(|_| {
            let mut bytes = Vec::new();
            encoder.message(
                Kind::Text,
                b"a message of a chat, which says something of its own",
                &mut bytes,
            );
            bytes.len()
        })
    };
    let [first, second] = lengths(true);
    assert!(second < first / 2, "{first} {second}");
    let [first, second] = lengths(false);
    assert_eq!(first, second);
}
