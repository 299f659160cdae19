//! Quotas that other clients share: messages to a coordinator and its replies, as texts.

use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;

use super::Engine;
use crate::{
    syntax::{number, words},
    time::Moment,
};

#[wasm_bindgen]
impl Engine {
    /// One step of sharing. `text`: the patience in ms as digits, which begins it; a scope's key, of which a coordinator has news; a
    /// key, a line's end and the reply to its message, or nothing where none came; or "", which asks for the next message.
    /// Returns that message as numbers behind its scope's key; else in how many ms to ask again, as digits, or "".
    pub fn share(&mut self, text: &str, wall: f64, mono: f64) -> String {
        let at = Moment::new(wall, mono, 0.0);
        let tracker = &mut self.memory.tracker;
        if text.is_empty() {
            if let Some(message) = tracker.post(at) {
                return message;
            }
            let mut wait = String::new();
            if let Some(next) = tracker.posts_at() {
                number::push(&mut wait, next.since(at.mono).max(1) as u64);
            }
            return wait;
        }
        let (key, reply) = words::halves(text, b'\n');
        if key.len() < text.len() {
            tracker.heard(key, reply, at);
            return String::new();
        }
        match number::whole(key).filter(|_| key.len() < 16) {
            Some(patience) => tracker.share(patience),
            None => tracker.news(key),
        }
        String::new()
    }
}
