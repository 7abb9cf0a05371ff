//! Who may write: the author, on the machine itself.
//!
//! There is no password, so a request has to show that it comes from the machine on which the blog runs, and a form that it comes from
//! a page of the blog:
//!
//! * the peer has a loopback address;
//! * no proxy stands between: its connections come from a loopback address too, with somebody else behind them. It says so in
//!   `forwarded`, `via`, `x-real-ip` or `x-forwarded-for` and the like, speaks HTTP/1.0, or passes on the host that readers have asked for.
//!   One that does nothing of this cannot be told from the author: nginx asks for a loopback host and says no more where its
//!   configuration has `proxy_pass` alone. Such a proxy needs `proxy_set_header Host $host;`, or the blog no `--author`;
//! * the host is `localhost` or a loopback address: another name could have been pointed here by a page of somebody else (DNS rebinding);
//! * a form was sent by a page of this origin, by `sec-fetch-site`, or by `origin` where a browser does not know that.

use std::net::IpAddr;

use squall::{
    Context, Result,
    handler::{FromRequestParts, RequestHandle},
    http::Version,
};

use crate::site::About;

/// Whether this request may write, and in whose name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// It may, as this author.
    Author(String),
    /// Nobody may: the blog was started without an author.
    ReadOnly,
    /// The author may, but not from there.
    Elsewhere,
}

impl Access {
    pub(crate) fn is_author(&self) -> bool {
        matches!(self, Self::Author(_))
    }

    pub(crate) fn is_read_only(&self) -> bool {
        *self == Self::ReadOnly
    }
}

impl FromRequestParts for Access {
    async fn from_request_parts(cx: &mut Context) -> Result<Self> {
        let author = cx.state::<About>().and_then(|about| about.author.clone());
        Ok(match author {
            None => Self::ReadOnly,
            Some(author) if is_local(cx.request()) => Self::Author(author),
            Some(_) => Self::Elsewhere,
        })
    }
}

fn is_local(request: &RequestHandle) -> bool {
    let is_loopback = request
        .remote_addr()
        .is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    // Browsers of today speak no HTTP/1.0.
    let is_forwarded = request.version() < Version::HTTP_11
        || request.headers().keys().any(|name| {
            ["forwarded", "via", "x-real-ip"].contains(&name.as_str())
                || name.as_str().starts_with("x-forwarded-")
        });
    is_loopback && !is_forwarded && request.host_name().is_some_and(|name| names_this(&name))
}

/// Whether a host can only be this machine.
fn names_this(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || bare
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Whether a form was sent by a page of this origin.
pub(crate) fn is_same_origin(request: &RequestHandle) -> bool {
    let field = |name| {
        let value = request.headers().get(name)?;
        Some(value.to_str().unwrap_or_default())
    };
    match field("sec-fetch-site") {
        Some(site) => site == "same-origin",
        // Older browsers send `origin` with every form; where neither is there, it is no browser that somebody else's page could use.
        None => field("origin").is_none_or(|origin| {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == request.host()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::names_this;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for host in [
            "localhost",
            "blog.localhost",
            "127.0.0.1",
            "127.1.2.3",
            "[::1]",
            "::1",
        ] {
            assert!(names_this(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "localhost.example.com",
            "10.0.0.1",
            "0.0.0.0",
            "127.0.0.1.example.com",
            "[::2]",
        ] {
            assert!(!names_this(host), "{host}");
        }
    }
}
