//! [`Decoder`]: from bytes to messages.

use super::{
    Agreed, CloseCode, Message, Role, Violation,
    deflate::Inflater,
    frame::{Head, OpCode},
    mask::Mask,
    text::{self, Text},
};

/// The most memory that is taken for a frame before its content has come, in bytes.
const AHEAD: u64 = 64 * 1024;

/// What has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Message(Message),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    /// Nothing comes behind it.
    Close(Option<(CloseCode, String)>),
}

/// Reads what a peer sends.
#[derive(Debug)]
pub(crate) struct Decoder {
    role: Role,
    /// In bytes, those of a compressed message when it has been inflated.
    max_message: usize,
    inflater: Option<Inflater>,
    /// The frame whose payload comes.
    frame: Option<Frame>,
    /// The message that has begun.
    message: Option<Begun>,
    /// The payload of a control frame.
    control: Vec<u8>,
    /// For the content of the next message.
    spare: Vec<u8>,
    is_over: bool,
}

#[derive(Debug)]
struct Frame {
    op_code: OpCode,
    is_final: bool,
    left: u64,
    mask: Option<Mask>,
}

#[derive(Debug)]
struct Begun {
    content: Content,
    is_compressed: bool,
    /// The bytes of its frames.
    came: u64,
}

#[derive(Debug)]
enum Content {
    Text(Text),
    Binary(Vec<u8>),
}

impl Decoder {
    pub(crate) fn new(role: Role, max_message: usize, agreed: Option<&Agreed>) -> Self {
        Self {
            role,
            max_message,
            inflater: agreed.map(|agreed| Inflater::new(agreed.incoming)),
            frame: None,
            message: None,
            control: Vec::new(),
            spare: Vec::new(),
            is_over: false,
        }
    }

    /// Reads bytes until they give something, or until more must come. Gives how many were taken: those behind are given again, and so are
    /// those of a head that has not come whole.
    ///
    /// # Errors
    ///
    /// What the peer has done wrong. Nothing may be read after that.
    #[inline]
    pub(crate) fn decode(&mut self, bytes: &mut [u8]) -> Result<(usize, Option<Event>), Violation> {
        match self.at_once(bytes)? {
            Some((taken, event)) => Ok((taken, Some(event))),
            None => self.step_by_step(bytes),
        }
    }

    /// A message of one frame that has come whole, and is not compressed: nothing of it needs to be kept for later. Most are like that.
    #[inline]
    fn at_once(&mut self, bytes: &mut [u8]) -> Result<Option<(usize, Event)>, Violation> {
        if self.frame.is_some() || self.message.is_some() || self.is_over {
            return Ok(None);
        }
        let Some((head, start)) = Head::read(bytes)? else {
            return Ok(None);
        };
        let payload = &mut bytes[start..];
        let is_whole = head.length <= payload.len().min(self.max_message) as u64;
        if !(is_whole && head.is_plain_message()) {
            return Ok(None);
        }
        self.check_mask(&head)?;
        let payload = &mut payload[..head.length as usize];
        if let Some(mut mask) = head.mask {
            mask.apply(payload);
        }
        let mut content = std::mem::take(&mut self.spare);
        content.clear();
        content.extend_from_slice(payload);
        let message = match head.op_code {
            OpCode::Text => Message::Text(text::whole(content)?),
            _ => Message::Binary(content),
        };
        Ok(Some((
            start + head.length as usize,
            Event::Message(message),
        )))
    }

    /// All else: what is in pieces, compressed, or no message.
    #[inline(never)]
    fn step_by_step(&mut self, bytes: &mut [u8]) -> Result<(usize, Option<Event>), Violation> {
        let mut taken = 0;
        while !self.is_over {
            let rest = &mut bytes[taken..];
            let Some(mut frame) = self.frame.take() else {
                let Some((head, length)) = Head::read(rest)? else {
                    return Ok((taken, None));
                };
                taken += length;
                self.frame = Some(self.begin(head)?);
                continue;
            };
            let count = usize::try_from(frame.left).map_or(rest.len(), |left| left.min(rest.len()));
            let payload = &mut rest[..count];
            if let Some(mask) = &mut frame.mask {
                mask.apply(payload);
            }
            self.take(&frame, payload)?;
            taken += count;
            frame.left -= count as u64;
            if frame.left > 0 {
                self.frame = Some(frame);
                return Ok((taken, None));
            }
            if let Some(event) = self.end(&frame)? {
                return Ok((taken, Some(event)));
            }
        }
        Ok((bytes.len(), None))
    }

    /// Whether a message has begun, and has not come to its end.
    #[cfg(test)]
    pub(super) fn is_amid(&self) -> bool {
        self.frame.is_some() || self.message.is_some()
    }

    /// A buffer that is used for the next message, in place of a new one. What stands in it does not matter.
    pub(crate) fn spare(&mut self) -> &mut Vec<u8> {
        &mut self.spare
    }

    fn check_mask(&self, head: &Head) -> Result<(), Violation> {
        match (self.role, head.mask) {
            (Role::Server, None) => Err(Violation::protocol("a frame of a client without a mask")),
            (Role::Client, Some(_)) => Err(Violation::protocol("a frame of a server with a mask")),
            _ => Ok(()),
        }
    }

    /// Begins a frame: what is wrong with it is known before its payload comes.
    fn begin(&mut self, head: Head) -> Result<Frame, Violation> {
        self.check_mask(&head)?;
        if !head.op_code.is_control() {
            self.begin_data(&head)?;
        }
        Ok(Frame {
            op_code: head.op_code,
            is_final: head.is_final,
            left: head.length,
            mask: head.mask,
        })
    }

    fn begin_data(&mut self, head: &Head) -> Result<(), Violation> {
        let content = match (head.op_code, &self.message) {
            (OpCode::Continuation, None) => {
                return Err(Violation::protocol("a continuation of no message"));
            }
            (OpCode::Continuation, Some(_)) => None,
            (_, Some(_)) => return Err(Violation::protocol("a message within another one")),
            (OpCode::Text, None) => Some(Content::Text(Text::default())),
            (_, None) => Some(Content::Binary(Vec::new())),
        };
        if head.is_compressed && (content.is_none() || self.inflater.is_none()) {
            return Err(Violation::protocol("a frame that may not be compressed"));
        }
        if let Some(content) = content {
            self.message = Some(Begun {
                content,
                is_compressed: head.is_compressed,
                came: 0,
            });
        }
        match &mut self.message {
            Some(message) => message.expect(head.length, self.max_message),
            None => Ok(()),
        }
    }

    /// Takes a part of a payload.
    fn take(&mut self, frame: &Frame, payload: &[u8]) -> Result<(), Violation> {
        if frame.op_code.is_control() {
            self.control.extend_from_slice(payload);
            return Ok(());
        }
        let Some(message) = &mut self.message else {
            return Ok(());
        };
        match &mut self.inflater {
            Some(inflater) if message.is_compressed => {
                let content = &mut message.content;
                inflater.inflate(payload, |piece| content.push(piece, self.max_message))
            }
            _ => message.content.push(payload, self.max_message),
        }
    }

    /// Ends a frame, and gives what it was the end of.
    fn end(&mut self, frame: &Frame) -> Result<Option<Event>, Violation> {
        if frame.op_code.is_control() {
            return self.end_control(frame.op_code).map(Some);
        }
        if !frame.is_final {
            return Ok(None);
        }
        let Some(mut message) = self.message.take() else {
            return Ok(None);
        };
        if let Some(inflater) = &mut self.inflater
            && message.is_compressed
        {
            let content = &mut message.content;
            inflater.end(|piece| content.push(piece, self.max_message))?;
        }
        let message = match message.content {
            Content::Text(text) => Message::Text(text.end()?),
            Content::Binary(bytes) => Message::Binary(bytes),
        };
        Ok(Some(Event::Message(message)))
    }

    fn end_control(&mut self, op_code: OpCode) -> Result<Event, Violation> {
        let payload = std::mem::take(&mut self.control);
        Ok(match op_code {
            OpCode::Ping => Event::Ping(payload),
            OpCode::Pong => Event::Pong(payload),
            _ => {
                self.is_over = true;
                Event::Close(reason(&payload)?)
            }
        })
    }
}

impl Begun {
    /// Makes room for a frame. A compressed one says little of how long its content will be.
    fn expect(&mut self, length: u64, most: usize) -> Result<(), Violation> {
        let most = most as u64;
        self.came = self.came.saturating_add(length);
        // What deflate adds to content that it cannot compress is less than that; a peer can add what gives nothing without end.
        let most_came = if self.is_compressed {
            most.saturating_add(most / 8).saturating_add(1024)
        } else {
            most
        };
        if self.came > most_came {
            return Err(Violation::TOO_BIG);
        }
        self.content.reserve(length.min(AHEAD) as usize);
        Ok(())
    }
}

impl Content {
    fn reserve(&mut self, more: usize) {
        match self {
            Self::Text(text) => text.reserve(more),
            Self::Binary(bytes) => bytes.reserve(more),
        }
    }

    fn push(&mut self, piece: &[u8], most: usize) -> Result<(), Violation> {
        let length = match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        };
        // First what fits: so it does not matter in what pieces it has come.
        let fitting = piece.len().min(most.saturating_sub(length));
        match self {
            Self::Text(text) => text.push(&piece[..fitting])?,
            Self::Binary(bytes) => bytes.extend_from_slice(&piece[..fitting]),
        }
        if fitting < piece.len() {
            return Err(Violation::TOO_BIG);
        }
        Ok(())
    }
}

/// What a close frame says (RFC 6455 §5.5.1).
fn reason(payload: &[u8]) -> Result<Option<(CloseCode, String)>, Violation> {
    let Some((code, text)) = payload.split_first_chunk() else {
        return match payload {
            [] => Ok(None),
            _ => Err(Violation::protocol("half a close code")),
        };
    };
    let code = CloseCode::new(u16::from_be_bytes(*code))
        .ok_or(Violation::protocol("a close code that may not be sent"))?;
    let text = str::from_utf8(text)
        .map_err(|_| Violation::content("the reason of a close frame is not UTF-8"))?;
    Ok(Some((code, text.to_owned())))
}
