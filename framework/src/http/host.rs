//! The host that a request is for, and its port (RFC 9110 §7.2, RFC 3986 §3.2).

/// The name or the address, and the port where there is one: `example.com:8080`, `[::1]:80`.
pub(crate) fn split(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        // The last colon of an address stands inside its brackets.
        Some((name, port)) if !port.ends_with(']') => {
            (name, Some(port).filter(|port| !port.is_empty()))
        }
        _ => (host, None),
    }
}

/// The same, without a dot behind the name, which stands for the root of all names.
pub(crate) fn split_unrooted(host: &str) -> (&str, Option<&str>) {
    let (name, port) = split(host);
    (name.strip_suffix('.').unwrap_or(name), port)
}

/// Hosts, as settings name them: `example.com`, `*.example.com`, `example.com:8080`.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    /// Whether what stands in front of a dot is left open.
    is_open: bool,
    name: String,
    port: Option<String>,
}

impl Pattern {
    pub(crate) fn parse(pattern: &str) -> Option<Self> {
        let (is_open, rest) = match pattern.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        let (name, port) = split_unrooted(rest);
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

    /// Whether it names this host. Without a port it names any.
    pub(crate) fn matches(&self, name: &str, port: Option<&str>) -> bool {
        // The port of the scheme is left out of a `host` (RFC 9110 §4.2.3).
        let port = port.or_else(|| {
            self.port
                .as_deref()
                .filter(|port| ["80", "443"].contains(port))
        });
        let is_port = self.port.is_none() || self.port.as_deref() == port;
        is_port && self.matches_name(name)
    }

    /// The same, whatever the port.
    pub(crate) fn matches_name(&self, name: &str) -> bool {
        let name = if self.is_open {
            name.len()
                .checked_sub(self.name.len() + 1)
                .filter(|&dot| dot > 0 && name.as_bytes()[dot] == b'.')
                .map_or("", |dot| &name[dot + 1..])
        } else {
            name
        };
        name.eq_ignore_ascii_case(&self.name)
    }

    /// The port that it names.
    #[cfg(feature = "websocket")]
    pub(crate) fn port(&self) -> Option<u16> {
        self.port.as_deref()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_port_stands_behind_the_last_colon() {
        assert_eq!(split("example.com"), ("example.com", None));
        assert_eq!(split("example.com:80"), ("example.com", Some("80")));
        assert_eq!(split("example.com:"), ("example.com", None));
        assert_eq!(split("[::1]"), ("[::1]", None));
        assert_eq!(split("[::1]:80"), ("[::1]", Some("80")));
        assert_eq!(split(""), ("", None));
    }
}
