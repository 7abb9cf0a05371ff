//! Squall as a user sees it: applications built, requests sent, status, fields and content looked at. One module a behaviour.

mod access;
mod answers;
mod application;
mod arguments;
mod attack;
mod bad_input;
mod bases;
mod bodies;
mod cookies;
mod crowd;
mod disconnect;
mod errors;
mod extract;
mod http1;
mod http2;
mod life_cycle;
mod listening;
mod multipart;
mod options;
mod ready_made;
mod routing;
mod server;
mod shutdown;
mod support;
mod watch;
mod wire;
