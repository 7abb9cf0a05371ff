//! A WebSocket at `/` that says what it hears, with all settings as options: for suites that test a server, and for trying out.
//!
//! `cargo run -p echo -- --port 9001 --deflate`, `cargo run -p echo -- --help`.

use std::{num::NonZero, time::Duration};

use clap::{Parser, ValueEnum};
use squall::{
    Application, Options, Result, routes, websocket,
    websocket::{Compression, Message, Settings, SlowReader, WebSocket},
};

/// Says what it hears.
#[websocket]
#[route("/")]
struct Echo;

#[websocket]
impl Echo {
    async fn message(&mut self, socket: &mut WebSocket, message: Message) -> Result<()> {
        socket.send(message).await
    }
}

/// A WebSocket at / that says what it hears.
#[derive(Parser)]
struct Flags {
    /// Compresses messages (permessage-deflate), for clients that offer to
    #[arg(long)]
    deflate: bool,
    /// Compresses a message by those before it, in both directions
    #[arg(long, requires = "deflate")]
    take_over: bool,
    /// The largest window of what the server sends, 9 to 15 bits
    #[arg(long, value_name = "BITS", requires = "deflate", default_value = "15")]
    server_bits: u8,
    /// The largest window of what a client sends, 9 to 15 bits
    #[arg(long, value_name = "BITS", requires = "deflate", default_value = "15")]
    client_bits: u8,
    /// The work put into compression, 0 to 9
    #[arg(long, requires = "deflate", default_value = "6")]
    level: u32,
    /// What is shorter is not compressed
    #[arg(long, value_name = "BYTES", requires = "deflate", default_value = "64")]
    min_size: usize,
    /// The longest message
    #[arg(long, value_name = "BYTES", default_value = "16777216")]
    max_message: NonZero<usize>,
    /// How much may wait for a client that reads slowly
    #[arg(long, value_name = "BYTES", default_value = "1048576")]
    max_queue: NonZero<usize>,
    /// What becomes of more
    #[arg(long, value_enum, default_value = "wait")]
    slow_reader: Slow,
    /// Seconds of silence before a ping; 0 sends none
    #[arg(long, value_name = "SECONDS", default_value = "30")]
    ping_interval: u64,
    /// Seconds of silence behind a ping before the end; 0 is never
    #[arg(long, value_name = "SECONDS", default_value = "30")]
    ping_timeout: u64,
    /// Seconds for the close frame of the client
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    close_timeout: u64,
    /// A subprotocol that is spoken; may be given several times
    #[arg(long, value_name = "NAME")]
    protocol: Vec<String>,
    /// Another origin whose pages may connect; may be given several times
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// Lets pages of all origins connect
    #[arg(long)]
    allow_any_origin: bool,
    #[command(flatten)]
    server: Options,
}

#[derive(Clone, Copy, ValueEnum)]
enum Slow {
    /// The server reads no more until there is room
    Wait,
    /// The oldest messages are thrown away
    Drop,
    /// The socket is closed with 1013
    Close,
}

impl Flags {
    fn settings(&self) -> Settings {
        let settings = Settings::default()
            .max_message(self.max_message.get())
            .max_queue(self.max_queue.get())
            .slow_reader(match self.slow_reader {
                Slow::Wait => SlowReader::Wait,
                Slow::Drop => SlowReader::DropOldest,
                Slow::Close => SlowReader::Close,
            })
            .ping_interval(Duration::from_secs(self.ping_interval))
            .ping_timeout(Duration::from_secs(self.ping_timeout))
            .close_timeout(Duration::from_secs(self.close_timeout))
            .compression(self.deflate.then(|| self.compression()))
            .protocols(&self.protocol);
        let origins = self.allow_origin.iter();
        let settings = origins.fold(settings, Settings::allow_origin);
        if self.allow_any_origin {
            settings.allow_any_origin()
        } else {
            settings
        }
    }

    fn compression(&self) -> Compression {
        Compression::default()
            .server_takes_over(self.take_over)
            .client_takes_over(self.take_over)
            .server_bits(self.server_bits)
            .client_bits(self.client_bits)
            .level(self.level)
            .min_size(self.min_size)
    }
}

fn app(settings: Settings) -> Application {
    Application::new(routes![Echo]).state(settings)
}

#[squall::main]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    app(flags.settings()).serve(flags.server).await
}

#[cfg(test)]
mod tests;
