//! Paths whose named parts have quotas of their own, as a profile lists them: `/api/v*/channels/{id}`.
//!
//! Some servers give one bucket's name to all channels and count each channel apart (Discord's "major parameters"). A pattern is
//! compared with a path from its beginning, segment by segment. A star stands for the rest of a segment, and what stands in the
//! place of a segment in braces is part of the bucket.

use alloc::string::String;

use super::identity::{SEED, add};
use crate::syntax::{value::is_named, words};

/// The bucket that `path` is in, as a number; 0 where no pattern fits.
pub fn of(path: &str, patterns: &[String]) -> u32 {
    let bucket = patterns.iter().enumerate().find_map(|(index, pattern)| {
        let mut hash = add(SEED, &[index as u8]);
        let mut segments = words::split(path, b"/");
        for wanted in words::split(pattern, b"/") {
            let segment = segments.next()?;
            if is_named(wanted) {
                hash = add(hash, Some(segment.as_bytes()).filter(|segment| !segment.is_empty())?);
            } else {
                let fits = wanted.strip_suffix('*').map_or(segment == wanted, |start| segment.starts_with(start));
                fits.then_some(())?;
            }
        }
        Some(hash.max(1))
    });
    bucket.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn what_the_named_part_matches_is_the_bucket() {
        let patterns: Vec<String> =
            ["/api/v*/channels/{id}", "/api/v*/guilds/{id}", "/hooks/{id}/{token}"].map(Into::into).into();
        let bucket = |path: &str| of(path, &patterns);
        let first = bucket("/api/v10/channels/1/messages");
        assert_eq!(first, bucket("/api/v9/channels/1"));
        for other in ["/api/v10/channels/2/messages", "/api/v10/guilds/1", "/hooks/1/a", "/hooks/1/b", "/"] {
            assert_ne!(first, bucket(other), "{other}");
        }
        assert_ne!(bucket("/hooks/1/a"), bucket("/hooks/1/b"));
        for none in ["/api/v10/users/1", "/api/v10/channels", "/api/v10/channels/", "/channels/1", ""] {
            assert_eq!(bucket(none), 0, "{none}");
        }
    }
}
