//! Squall as a user sees it: applications built, requests sent, status, fields and content looked at. One module a behaviour.

mod access;
mod answers;
mod application;
mod arguments;
mod attack;
mod bad_input;
mod bases;
mod compression;
mod cookies;
mod crowd;
mod decompression;
mod disconnect;
mod errors;
mod extract;
mod http1;
mod http2;
mod life_cycle;
mod listening;
mod options;
mod routing;
mod server;
mod shutdown;
mod support;
mod watch;
mod wire;
