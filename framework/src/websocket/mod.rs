//! WebSockets.

#![allow(dead_code, unused_imports)]

mod codec;
mod handshake;
