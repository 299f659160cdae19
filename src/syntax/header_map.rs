//! [`Headers`] from the types of the `http` crate.

use alloc::string::String;

use super::headers::Headers;

/// The headers of a request or response, in the form that the readers take: see [`HeaderLines::headers`].
///
/// Several values of one name are joined with `, ` (RFC 9110 section 5.3). `Set-Cookie` is left out: it cannot be joined, and
/// nothing here needs it.
///
/// ```
/// use fetch_with_policy::{rate_limit::read::read, syntax::header_map::HeaderLines, time::WallTime};
///
/// let mut map = http::HeaderMap::new();
/// map.insert("RateLimit-Remaining", "0".parse()?);
/// map.insert("RateLimit-Reset", "30".parse()?);
/// let lines = HeaderLines::from(&map);
/// assert_eq!(read(lines.headers(), WallTime(0)).quotas[0].reset_in, Some(30_000));
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderLines(String);

impl HeaderLines {
    /// The view that the readers, [`Report`](crate::explain::Report) and [`Event::Respond`](crate::call::Event::Respond) take.
    pub fn headers(&self) -> Headers<'_> {
        Headers::new(&self.0)
    }
}

impl From<&http::HeaderMap> for HeaderLines {
    fn from(map: &http::HeaderMap) -> Self {
        let mut lines = String::new();
        for name in map.keys().filter(|name| **name != http::header::SET_COOKIE) {
            lines.push_str(name.as_str());
            for (index, value) in map.get_all(name).iter().enumerate() {
                lines.push_str(if index == 0 { ":" } else { ", " });
                // A value has no line break in it: the type sees to that.
                lines.push_str(&String::from_utf8_lossy(value.as_bytes()));
            }
            lines.push('\n');
        }
        Self(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderValue, header};

    #[test]
    fn values_of_one_name_are_joined_and_cookies_left_out() {
        let mut map = HeaderMap::new();
        map.append("RateLimit-Policy", HeaderValue::from_static("a;q=1"));
        map.append("ratelimit-policy", HeaderValue::from_static("b;q=2"));
        map.append(header::SET_COOKIE, HeaderValue::from_static("session=secret"));
        map.append("x-odd", HeaderValue::from_bytes(b"caf\xe9").unwrap());
        let lines = HeaderLines::from(&map);
        assert_eq!(lines.headers().find("ratelimit-policy"), Some("a;q=1, b;q=2"));
        assert_eq!(lines.headers().find("x-odd"), Some("caf\u{fffd}"));
        assert!(!lines.headers().text().contains("secret"));
    }
}
