//! [`AllowedHosts`]: the names that an application answers to.

use crate::http::host::{Pattern, split_unrooted};

/// The hosts whose requests are answered; any, where none was named.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllowedHosts(Vec<Pattern>);

impl AllowedHosts {
    /// Reads the patterns, and finds what is none.
    pub(super) fn new<'p>(
        patterns: impl IntoIterator<Item = &'p str>,
    ) -> Result<Self, Vec<String>> {
        let mut allowed = Vec::new();
        let mut faults = Vec::new();
        for pattern in patterns {
            match Pattern::parse(pattern) {
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
        let (name, port) = split_unrooted(host);
        self.0.iter().any(|allowed| allowed.matches(name, port))
    }
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
