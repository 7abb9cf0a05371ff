//! [`AllowedHosts`]: the names that an application answers to.

use crate::http::host;

/// The hosts whose requests are answered; any, where none was named.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllowedHosts(Vec<Allowed>);

/// `example.com`, `*.example.com`, `example.com:8080`.
#[derive(Clone, Debug)]
struct Allowed {
    /// Whether what stands in front of a dot is left open.
    is_open: bool,
    name: String,
    port: Option<String>,
}

impl AllowedHosts {
    /// Reads the patterns, and finds what is none.
    pub(super) fn new<'p>(
        patterns: impl IntoIterator<Item = &'p str>,
    ) -> Result<Self, Vec<String>> {
        let mut allowed = Vec::new();
        let mut faults = Vec::new();
        for pattern in patterns {
            match Allowed::parse(pattern) {
                Some(host) => allowed.push(host),
                None => faults.push(format!(
                    "`allowed_hosts`: `{pattern}` is no host; write `example.com`, `*.example.com`, `example.com:8080` or `[::1]`"
                )),
            }
        }
        if faults.is_empty() {
            Ok(Self(allowed))
        } else {
            Err(faults)
        }
    }

    /// Whether a request for this host is answered.
    #[inline]
    pub(super) fn allow<'h>(&self, host: impl FnOnce() -> Option<&'h str>) -> bool {
        self.0.is_empty() || host().is_some_and(|host| self.has(host))
    }

    fn has(&self, host: &str) -> bool {
        let (name, port) = split(host);
        self.0.iter().any(|allowed| allowed.matches(name, port))
    }
}

impl Allowed {
    fn parse(pattern: &str) -> Option<Self> {
        let (is_open, rest) = match pattern.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        let (name, port) = split(rest);
        let is_address = name.starts_with('[') && name.ends_with(']');
        let is_of_name = |char: char| char.is_ascii_alphanumeric() || "-._".contains(char);
        let is_name = !name.is_empty() && name.chars().all(is_of_name);
        let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok());
        (is_port && (is_name || (is_address && !is_open))).then(|| Self {
            is_open,
            name: name.to_owned(),
            port: port.map(str::to_owned),
        })
    }

    fn matches(&self, name: &str, port: Option<&str>) -> bool {
        // The port of the scheme is left out of a `host` (RFC 9110 §4.2.3).
        let port = port.or_else(|| {
            self.port
                .as_deref()
                .filter(|port| ["80", "443"].contains(port))
        });
        let is_port = self.port.is_none() || self.port.as_deref() == port;
        let name = if self.is_open {
            name.len()
                .checked_sub(self.name.len() + 1)
                .filter(|&dot| dot > 0 && name.as_bytes()[dot] == b'.')
                .map_or("", |dot| &name[dot + 1..])
        } else {
            name
        };
        is_port && name.eq_ignore_ascii_case(&self.name)
    }
}

/// The name or the address, without a dot behind it, and the port.
fn split(host: &str) -> (&str, Option<&str>) {
    let (name, port) = host::split(host);
    (name.strip_suffix('.').unwrap_or(name), port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, allowed: &[&str], others: &[&str]) {
        let hosts = AllowedHosts::new([pattern]).unwrap();
        for host in allowed {
            assert!(hosts.has(host), "{pattern}: {host}");
        }
        for host in others {
            assert!(!hosts.has(host), "{pattern}: {host}");
        }
    }

    #[test]
    fn matches_names_in_letters_of_either_case_on_any_port() {
        check(
            "example.com",
            &[
                "example.com",
                "Example.COM",
                "example.com.",
                "example.com:80",
                "example.com:",
            ],
            &[
                "",
                "www.example.com",
                "example.com.evil",
                "evil-example.com",
                "example.co",
            ],
        );
        check(
            "example.com:8080",
            &["example.com:8080"],
            &["example.com", "example.com:80"],
        );
        check(
            "example.com:443",
            &["example.com:443", "example.com"],
            &["example.com:80"],
        );
    }

    #[test]
    fn matches_what_stands_in_front_of_a_dot() {
        check(
            "*.example.com",
            &["www.example.com", "a.b.example.com:1"],
            &[
                "example.com",
                ".example.com",
                "evilexample.com",
                "www.example.com.evil",
                "\u{fc}.com",
            ],
        );
    }

    #[test]
    fn matches_addresses() {
        check("[::1]", &["[::1]", "[::1]:80"], &["[::2]", "::1"]);
        check(
            "127.0.0.1",
            &["127.0.0.1:8888"],
            &["127.0.0.2", "1127.0.0.1"],
        );
    }

    #[test]
    fn refuses_what_is_no_host() {
        for pattern in [
            "", "*", "*.", "a b", "http://a", "a/b", "a:x", "*.[::1]", "a.*",
        ] {
            assert!(AllowedHosts::new([pattern]).is_err(), "{pattern}");
        }
    }
}
