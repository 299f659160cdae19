//! A dictionary of the names that a reader of JSON asks for, made while compiling.
//!
//! What asks for many names, each by several spellings, compares numbers then and not texts: a name that is read is looked
//! up once. Names that are not in the dictionary are 0.

/// Longer names are never in it.
const LONGEST: usize = 32;
const SLOTS: usize = 256;

/// At most 254 names, each with its number.
#[derive(Debug)]
pub struct Names {
    words: &'static str,
    starts: [u16; 256],
    slots: [u8; SLOTS],
}

impl Names {
    /// Of `words`, which single blanks part.
    pub const fn new(words: &'static str) -> Self {
        let bytes = words.as_bytes();
        let mut names = Self { words, starts: [0; 256], slots: [0; SLOTS] };
        let (mut at, mut number) = (0, 1);
        while at < bytes.len() {
            let start = at;
            while at < bytes.len() && bytes[at] != b' ' {
                at += 1;
            }
            names.starts[number] = start as u16;
            let mut slot = hash(bytes, start, at);
            while names.slots[slot] != 0 {
                slot = (slot + 1) % SLOTS;
            }
            names.slots[slot] = number as u8;
            number += 1;
            at += 1;
        }
        names
    }

    /// The number of `name`; 0 if it is not in the dictionary.
    #[allow(clippy::indexing_slicing, reason = "in a constant; all are within their bounds")]
    pub const fn id(&self, name: &str) -> u8 {
        let bytes = name.as_bytes();
        if bytes.len() > LONGEST || bytes.is_empty() {
            return 0;
        }
        let mut slot = hash(bytes, 0, bytes.len());
        while self.slots[slot] != 0 {
            if self.is(self.slots[slot], bytes) {
                return self.slots[slot];
            }
            slot = (slot + 1) % SLOTS;
        }
        0
    }

    const fn is(&self, id: u8, name: &[u8]) -> bool {
        let words = self.words.as_bytes();
        let start = self.starts[id as usize] as usize;
        let mut at = 0;
        while at < name.len() && start + at < words.len() && words[start + at] == name[at] {
            at += 1;
        }
        at == name.len() && (start + at == words.len() || words[start + at] == b' ')
    }
}

const fn hash(bytes: &[u8], from: usize, to: usize) -> usize {
    let mut hash = to - from;
    let mut at = from;
    while at < to {
        hash = hash * 33 % 65_521 + bytes[at] as usize;
        at += 1;
    }
    hash % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_the_number_of_its_place() {
        const NAMES: Names = Names::new("code error_code x");
        for (name, id) in
            [("code", 1), ("error_code", 2), ("x", 3), ("cod", 0), ("codes", 0), ("", 0), ("code error_code", 0)]
        {
            assert_eq!(NAMES.id(name), id, "{name}");
        }
    }
}
