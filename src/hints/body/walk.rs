//! Walks a body, whatever its shape, and hands over its texts and numbers.

use super::super::phrases::Sense;
use super::{Reader, front};
use crate::syntax::words;

// Where an error stands under a success.
const HEARD: &str = "error errors error_message error_msg errmsg extensions";
// What says of a success that it is an error, and its values (Etherscan, JSend): all that stands after it is heard.
const FLAGS: &str = "status success ok";
const FAILED: &str = "0 false error fail failed failure NOTOK";

fn is_failed(key: &str, word: &str) -> bool {
    let is_in = |words, word: &str| words::of(words).any(|known| known.eq_ignore_ascii_case(word));
    is_in(FLAGS, key) && is_in(FAILED, word)
}

impl<'d> Reader<'d> {
    // Text, or XML, whose codes stand between tags.
    pub(super) fn markup(&mut self, text: &'d str) {
        let mut heard = !self.is_success();
        for piece in words::split(text, b"<>\n").filter(|piece| !piece.is_empty()) {
            self.trial.hear("", front(piece, 1000));
            if self.is_success() {
                // `soap:Fault`, `/error`.
                let name = words::halves(piece.strip_prefix('/').unwrap_or(piece), b' ').0;
                let (space, local) = words::halves(name, b':');
                let name = if local.is_empty() { space } else { local };
                if words::of("error errors fault").any(|known| name.eq_ignore_ascii_case(known)) {
                    heard = !piece.starts_with('/');
                    self.said.blames |= heard;
                    continue;
                }
            }
            if heard {
                self.string("text", piece);
                self.refused("code", piece);
            }
        }
    }

    // All strings and words with the last key before them, which is that of the array they stand in, or their own. A whole
    // reader would be 3 kB more, and refuse what is cut off; escapes need not be undone to compare letters.
    pub(super) fn json(&mut self, text: &'d str) {
        let (mut key, mut depth, mut at) = ("", 0, 0);
        let success = self.is_success();
        let (mut heard, mut flagged) = (!success, false);
        // Of a batch, each element is a response.
        let batch = success && text.starts_with('[');
        let top = if batch { 2 } else { 1 };
        let mut all: Option<Sense> = None;
        while let Some(byte) = text.as_bytes().get(at) {
            #[cfg(test)]
            crate::syntax::steps::add(1);
            let from = at;
            at += 1;
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if batch && depth == 1 {
                        let ruled = self.trial.judge();
                        let sense = if ruled.is_some() { Sense::Rate.max(self.sense) } else { self.sense };
                        all = Some(all.map_or(sense, |all| all.min(sense)));
                        self.ruled = self.ruled.or(ruled);
                        (self.sense, heard, flagged) = (Sense::Nothing, false, false);
                    }
                }
                b'"' => {
                    while let Some(more) = words::find(words::cut(text, at, text.len()), b"\"\\") {
                        at += more + 1;
                        if text.as_bytes().get(at - 1) == Some(&b'"') {
                            break;
                        }
                        at += 1;
                    }
                    let string = words::cut(text, from + 1, at - 1);
                    if words::cut(text, at, text.len()).trim_ascii_start().as_bytes().first() != Some(&b':') {
                        self.trial.hear(key, front(string, 1000));
                        flagged |= depth == top && success && is_failed(key, string);
                        heard |= flagged;
                        if heard {
                            self.blame(string);
                            self.string(key, string);
                        }
                        if heard || depth == top {
                            self.refused(key, string);
                        }
                        continue;
                    }
                    key = string;
                    if depth == top && success {
                        heard = flagged || words::is_in(HEARD, key);
                        self.blaming = key != "extensions";
                    }
                }
                // A minus too, so that what follows it is no number.
                b'-' | b'0'..=b'9' | b'f' | b't' if heard || depth == top || self.trial.is_open() => {
                    at = from
                        + words::find(words::cut(text, from, text.len()), b",]} \t\r\n").unwrap_or(text.len() - from);
                    let word = words::cut(text, from, at);
                    self.trial.hear(key, word);
                    flagged |= depth == top && success && is_failed(key, word);
                    heard |= flagged;
                    if heard {
                        self.number(key, word);
                    }
                    if heard || depth == top {
                        self.refused(key, word);
                    }
                }
                _ => {}
            }
        }
        if batch {
            // What was cut off is not known to be refused.
            self.sense = all.filter(|_| depth == 0).unwrap_or(Sense::Nothing);
            if self.sense == Sense::Nothing {
                (self.said.delay, self.ruled) = (-1, None);
            }
        }
    }
}
