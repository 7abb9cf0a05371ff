//! [`Recoded`]: a body that goes through a codec while it is read.
//!
//! It is lazy: nothing is read ahead, and what a poll takes and gives is bounded, whatever the content unfolds to; what goes on for long
//! makes a pause now and then. It is prompt: when the body inside has nothing ready, all that was taken of it is given. And it is honest:
//! an error inside is an error here, and the end of the content is never made up.

use std::{
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll},
};

use bytes::{Buf as _, Bytes};
use http_body::{Body as HttpBody, Frame};

use super::{body::Body, error::BoxError};
use crate::http::coding::codec::{Codec, Fault, PIECE, Step};

/// The most pieces that are given without a pause: 1 MiB.
const IN_A_ROW: usize = 16;

/// A body that goes through a codec.
pub(super) struct Recoded<C> {
    source: Body,
    codec: C,
    /// What the source gave and the codec has not taken.
    input: Bytes,
    /// What the codec is about; `None` where the source is asked next.
    step: Option<Step>,
    /// Whether the codec may hold something back.
    is_holding: bool,
    has_ended: bool,
    /// The pieces that were given since it has waited last.
    in_a_row: usize,
    fault: fn(Fault) -> BoxError,
}

impl<C: Codec + Send + Unpin + 'static> Recoded<C> {
    /// The body behind the codec. What is wrong with the content becomes an error by `fault`.
    pub(super) fn body(source: Body, codec: C, fault: fn(Fault) -> BoxError) -> Body {
        Body::new(Self {
            source,
            codec,
            input: Bytes::new(),
            step: None,
            is_holding: false,
            has_ended: false,
            in_a_row: 0,
            fault,
        })
    }

    /// Takes the step with at most this much of the input. Gives how much was taken, and whether the step is done.
    fn run(
        &mut self,
        step: Step,
        most: usize,
        output: &mut Vec<u8>,
    ) -> Result<(usize, bool), Fault> {
        let len = self.input.len().min(most);
        let mut input = &self.input[..len];
        let is_done = self.codec.run(&mut input, output, step)?;
        let taken = len - input.len();
        self.input.advance(taken);
        Ok((taken, is_done))
    }

    /// Adds output until there is a piece of it, or enough input has been taken, or there is nothing more for the time being.
    fn fill(&mut self, cx: &mut Context<'_>, output: &mut Vec<u8>) -> Result<Filled, BoxError> {
        let mut budget = PIECE;
        loop {
            if let Some(step) = self.step {
                let (taken, is_done) = self.run(step, budget, output).map_err(self.fault)?;
                budget -= taken;
                if !is_done {
                    return Ok(Filled::Piece);
                }
                match step {
                    Step::Finish => return Ok(Filled::Ended),
                    Step::Take if budget == 0 => return Ok(Filled::Piece),
                    Step::Take if !self.input.is_empty() => continue,
                    Step::Take => self.step = None,
                    Step::Flush => {
                        // The source will wake. It is not asked once more now: an error of it must not overtake what was given.
                        self.step = None;
                        return Ok(Filled::Waiting);
                    }
                }
            }
            match Pin::new(&mut self.source).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    self.input = frame.into_data().unwrap_or_default();
                    if !self.input.is_empty() {
                        self.is_holding = true;
                        self.step = Some(Step::Take);
                    }
                }
                Poll::Ready(Some(Err(error))) => return Err(error),
                Poll::Ready(None) => self.step = Some(Step::Finish),
                Poll::Pending if self.is_holding => {
                    self.is_holding = false;
                    self.step = Some(Step::Flush);
                }
                Poll::Pending => return Ok(Filled::Waiting),
            }
        }
    }
}

impl<C> Recoded<C> {
    /// Lets others have their turn before more is taken: a few bytes may unfold to gigabytes, which are all there at once.
    fn pause<T>(&mut self, cx: &mut Context<'_>) -> Poll<T> {
        self.in_a_row = 0;
        // It wakes when the event loop has looked for what has come meanwhile, and not before.
        _ = pin!(tokio::task::yield_now()).poll(cx);
        Poll::Pending
    }
}

/// Why no more output is added.
enum Filled {
    /// It is a piece, or all that came of a piece of input.
    Piece,
    /// The source has nothing ready, and wakes when it has.
    Waiting,
    /// The content has ended.
    Ended,
}

impl<C: Codec + Send + Unpin + 'static> HttpBody for Recoded<C> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        if self.in_a_row == IN_A_ROW {
            return self.pause(cx);
        }
        let mut output = Vec::new();
        let filled = match self.fill(cx, &mut output) {
            Ok(filled) => filled,
            Err(error) => {
                self.has_ended = true;
                return Poll::Ready(Some(Err(error)));
            }
        };
        self.has_ended = matches!(filled, Filled::Ended);
        match filled {
            _ if !output.is_empty() => {
                self.in_a_row += 1;
                Poll::Ready(Some(Ok(Frame::data(output.into()))))
            }
            Filled::Ended => Poll::Ready(None),
            Filled::Waiting => {
                self.in_a_row = 0;
                Poll::Pending
            }
            Filled::Piece => self.pause(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::VecDeque,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        task::Waker,
    };

    use futures_core::Stream;
    use proptest::prelude::*;

    use super::*;
    use crate::http::coding::{
        Coding,
        decoder::Decoder,
        encoder::{AVAILABLE, Encoder},
    };

    /// Content as it comes: pieces, and times when nothing is ready.
    struct Coming(VecDeque<Option<Vec<u8>>>);

    impl Stream for Coming {
        type Item = Result<Vec<u8>, BoxError>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            match self.0.pop_front() {
                Some(Some(piece)) => Poll::Ready(Some(Ok(piece))),
                Some(None) => Poll::Pending,
                None => Poll::Ready(None),
            }
        }
    }

    fn coming(pieces: impl IntoIterator<Item = Option<Vec<u8>>>) -> Body {
        Body::stream(Coming(pieces.into_iter().collect()))
    }

    fn encoded(content: Body, coding: Coding) -> Body {
        Recoded::body(content, Encoder::new(coding).unwrap(), Into::into)
    }

    fn decoded(content: Body, coding: Coding) -> Body {
        Recoded::body(content, Decoder::new(coding).unwrap(), Into::into)
    }

    type Polled = Poll<Option<Result<Vec<u8>, BoxError>>>;

    fn poll(body: &mut Body) -> Polled {
        let mut cx = Context::from_waker(Waker::noop());
        let polled = Pin::new(body).poll_frame(&mut cx);
        polled.map_ok(|frame| frame.into_data().unwrap().to_vec())
    }

    /// All frames of a body, each no longer than a piece.
    fn frames(mut body: Body) -> Result<Vec<Vec<u8>>, String> {
        let mut frames = Vec::new();
        loop {
            match poll(&mut body) {
                Poll::Ready(Some(Ok(frame))) => {
                    assert!(frame.len() <= PIECE);
                    frames.push(frame);
                }
                Poll::Ready(Some(Err(error))) => return Err(error.to_string()),
                Poll::Ready(None) => return Ok(frames),
                Poll::Pending => {}
            }
        }
    }

    /// Pieces of which each comes when it is let.
    struct Gated(Vec<Vec<u8>>, usize, Arc<AtomicUsize>);

    impl Stream for Gated {
        type Item = Result<Vec<u8>, BoxError>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            if self.1 == self.2.load(Ordering::Relaxed) {
                return Poll::Pending;
            }
            self.1 += 1;
            Poll::Ready(Some(Ok(self.0[self.1 - 1].clone())))
        }
    }

    /// What a decoder makes of a frame.
    fn unfolded(decoder: &mut Decoder, mut frame: &[u8]) -> Vec<u8> {
        let mut unfolded = Vec::new();
        loop {
            let mut output = Vec::new();
            let is_done = decoder.run(&mut frame, &mut output, Step::Take).unwrap();
            unfolded.append(&mut output);
            if is_done {
                return unfolded;
            }
        }
    }

    /// Bytes that are like text, or like noise.
    fn piece() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            proptest::collection::vec(b'a'..b'e', 0..300),
            proptest::collection::vec(any::<u8>(), 0..3000),
            (any::<u8>(), 0..200_000_usize).prop_map(|(byte, len)| vec![byte; len]),
        ]
    }

    fn pieces() -> impl Strategy<Value = Vec<Option<Vec<u8>>>> {
        proptest::collection::vec(proptest::option::weighted(0.7, piece()), 0..8)
    }

    /// Cuts content anew.
    fn cut(content: &[u8], lengths: &[usize]) -> Vec<Option<Vec<u8>>> {
        let (mut rest, mut cut) = (content, Vec::new());
        for length in lengths.iter().cycle() {
            let (piece, behind) = rest.split_at((*length).min(rest.len()));
            cut.extend([Some(piece.to_vec()), None]);
            rest = behind;
            if rest.is_empty() {
                break;
            }
        }
        cut
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn what_is_encoded_can_be_decoded(
            pieces in pieces(),
            lengths in proptest::collection::vec(1..5000_usize, 1..5),
        ) {
            let content: Vec<u8> = pieces.iter().flatten().flatten().copied().collect();
            for &coding in AVAILABLE {
                let encoded = frames(encoded(coming(pieces.clone()), coding)).unwrap().concat();
                let body = decoded(coming(cut(&encoded, &lengths)), coding);
                prop_assert!(frames(body).unwrap().concat() == content, "{:?}", coding);
                // And at once.
                let whole = Encoder::whole(coding, &content).unwrap();
                let body = decoded(whole.into(), coding);
                prop_assert!(frames(body).unwrap().concat() == content, "{:?}", coding);
            }
        }

        #[test]
        fn nothing_is_held_back_while_one_waits(
            pieces in proptest::collection::vec(piece(), 1..5),
        ) {
            for &coding in AVAILABLE {
                let gate = Arc::new(AtomicUsize::new(0));
                let mut body = encoded(Body::stream(Gated(pieces.clone(), 0, gate.clone())), coding);
                let mut decoder = Decoder::new(coding).unwrap();
                let (mut given, mut seen) = (Vec::new(), Vec::new());
                for piece in &pieces {
                    gate.fetch_add(1, Ordering::Relaxed);
                    given.extend_from_slice(piece);
                    let mut polls = 0;
                    while seen != given {
                        polls += 1;
                        prop_assert!(polls < 100, "{:?} holds something back", coding);
                        if let Poll::Ready(frame) = poll(&mut body) {
                            seen.append(&mut unfolded(&mut decoder, &frame.unwrap().unwrap()));
                        }
                    }
                }
            }
        }

        #[test]
        fn no_content_is_too_strange(content in proptest::collection::vec(any::<u8>(), 0..300)) {
            for coding in AVAILABLE.iter().copied().chain([Coding::Deflate]) {
                _ = frames(decoded(content.clone().into(), coding));
            }
        }

        #[test]
        fn damage_never_panics(at in 0..2000_usize, bit in 0..8_u32, text in "[a-f ]{400,2000}") {
            for &coding in AVAILABLE {
                let mut content = Encoder::whole(coding, text.as_bytes()).unwrap();
                let at = at % content.len();
                content[at] ^= 1 << bit;
                _ = frames(decoded(content.into(), coding));
            }
        }
    }

    #[test]
    fn a_bomb_unfolds_as_it_is_read() {
        let zeros = vec![0; 64 * PIECE];
        for &coding in AVAILABLE {
            let bomb = Encoder::whole(coding, &zeros).unwrap();
            assert!(bomb.len() < 32 * 1024, "{coding:?}: {}", bomb.len());
            let mut body = decoded(coming([Some(bomb)]), coding);
            let Poll::Ready(Some(Ok(frame))) = poll(&mut body) else {
                panic!("{coding:?} gives nothing")
            };
            assert_eq!(frame, zeros[..PIECE], "{coding:?}");
            assert_eq!(frames(body).unwrap().len(), zeros.len() / PIECE - 1);
        }
    }

    #[test]
    fn much_content_takes_turns() {
        for &coding in AVAILABLE {
            let content = vec![b'a'; 10 * PIECE];
            let mut body = encoded(content.into(), coding);
            let mut turns = 0;
            while !matches!(poll(&mut body), Poll::Ready(None)) {
                turns += 1;
            }
            assert!(turns >= 10, "{coding:?}: {turns}");
        }
    }

    #[test]
    fn what_was_given_comes_before_the_error() {
        struct Failing(u8);
        impl Stream for Failing {
            type Item = Result<&'static str, BoxError>;
            fn poll_next(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
            ) -> Poll<Option<Self::Item>> {
                self.0 += 1;
                Poll::Ready(match self.0 {
                    1 => Some(Ok("first")),
                    2 => Some(Err("broken".into())),
                    _ => None,
                })
            }
        }
        for &coding in AVAILABLE {
            let source = Body::stream(Failing(0));
            let mut body = encoded(source, coding);
            let Poll::Ready(Some(Ok(frame))) = poll(&mut body) else {
                panic!("{coding:?} holds it back")
            };
            let mut decoder = Decoder::new(coding).unwrap();
            assert_eq!(unfolded(&mut decoder, &frame), b"first", "{coding:?}");
            assert_eq!(frames(body), Err("broken".to_owned()), "{coding:?}");
        }
    }

    #[test]
    fn the_end_is_never_made_up() {
        for &coding in AVAILABLE {
            let whole = Encoder::whole(coding, b"all of it").unwrap();
            let cut = decoded(whole[..whole.len() - 1].to_vec().into(), coding);
            assert_eq!(frames(cut), Err(Fault::Truncated.to_string()), "{coding:?}");
            let none = decoded(Body::empty(), coding);
            assert_eq!(
                frames(none),
                Ok(vec![]),
                "{coding:?}: nothing is no content"
            );
            let mut more = whole.clone();
            more.push(b'x');
            let fault = frames(decoded(more.into(), coding)).unwrap_err();
            assert!(!fault.is_empty(), "{coding:?}");
        }
    }
}
