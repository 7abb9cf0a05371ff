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
