//! Real answers, mangled at random: no panic, no hang, strict JSON, and the same words for the same input.
//!
//! What comes out is not judged: that whatever is thrown at it an explanation comes back is the claim. The run of the tests is
//! bounded; `cargo xtask fuzz` does ten million inputs. The numbers drawn follow from a seed, so that a failure repeats:
//! `FUZZ_SEED` is printed with it.

use crate::explain_support::{Case, hostile, load, text};
use fetch_with_policy::explain::{Catalogs, explain};
use std::time::{Duration, Instant};

const FILES: [&str; 3] =
    ["tests/fixtures/errors-source.json", "tests/fixtures/explain-more.json", "bench/answers.json"];
/// What is put into answers: what the readers look for, and what they stumble over.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u",
    "\\ud800",
    "\\u0000",
    "null",
    "true",
    "-0",
    "1e309",
    "0.5",
    "99999999999999999999",
    "\"errors\":",
    "\"error\":",
    "\"message\":",
    "\"code\":",
    "\"details\":",
    "\"_errors\":",
    "\"field\":\"a\"",
    "\"status\":",
    "<html>",
    "<title>",
    "</",
    "<?xml",
    "<Code>",
    "\u{feff}",
    "\0",
    "\r\n",
    "é",
    "\u{1f600}",
    "{{",
    "}}",
    "*",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "a@b.example",
    "https://u:p@x.example/a?b=c#d",
    "rate limit",
    "try again in 5 seconds",
    "not found",
    "must be in the future",
    "retry-after: 5\n",
    "date: x\n",
    "x-ratelimit-remaining: 0\n",
    "?limit=20000",
    "undefined",
    " ",
];

/// xorshift64*: enough to choose by.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((u128::from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)) * end as u128) >> 64) as usize
    }

    fn of<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }

    /// A place in `text` between two characters.
    fn place(&mut self, text: &str) -> usize {
        text.floor_char_boundary(self.below(text.len() + 1))
    }

    /// One change: something put in, taken out, said twice, cut off, or replaced by a piece of another answer.
    fn change(&mut self, text: &mut String, other: &str) {
        let (one, two) = (self.place(text), self.place(text));
        let (from, to) = (one.min(two), one.max(two));
        let piece = *self.of(PIECES);
        match self.below(8) {
            0 | 1 => text.insert_str(one, piece),
            2 => text.replace_range(from..text.floor_char_boundary(to.min(from + 12)), ""),
            3 => text.truncate(from),
            4 if text.len() < 4096 => {
                let part = text[from..to].to_owned();
                text.insert_str(to, &part);
            }
            5 => {
                let (one, two) = (self.place(other), self.place(other));
                text.replace_range(
                    from..text.floor_char_boundary(to.min(from + 40)),
                    &other[one.min(two)..one.max(two)],
                );
            }
            6 if text.len() < 4096 => text.insert_str(one, &piece.repeat(self.below(40))),
            _ => text.replace_range(from..text.floor_char_boundary(to.min(from + 1)), piece),
        }
    }

    fn mangle(&mut self, text: &str, other: &str, most: usize) -> String {
        let mut out = text.to_owned();
        for _ in 0..self.below(most) {
            self.change(&mut out, other);
        }
        out
    }
}

/// Of what a request's headers and body may be made.
const REQUEST: &str = "authorization:Bearer eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE2MDAwMDAwMDB9.c2ln\nauthorization:Basic dXNlcjpwYXNz\n\
    content-type:application/json\naccept:*/*\n{\"id\":\"undefined\",\"a\":[{{x}}]}\n[object Object]\na=1&id=null\n";

fn answer(chance: &mut Chance, cases: &[Case]) -> Case {
    let (case, other) = (chance.of(cases), chance.of(cases));
    let body = match chance.below(2000) {
        0 => Some(chance.of(hostile::BODIES).1(2048)),
        1..50 => None,
        _ => case.body.as_deref().map(|body| chance.mangle(body, other.body.as_deref().unwrap_or(""), 6)),
    };
    let status =
        [case.status, other.status, Some(chance.below(700) as u16), None][[0, 0, 0, 0, 0, 1, 2, 3][chance.below(8)]];
    let mut thrown = case.thrown.clone();
    for [name, message, code] in &mut thrown {
        (*name, *message, *code) =
            (chance.mangle(name, message, 2), chance.mangle(message, name, 4), chance.mangle(code, name, 2));
    }
    Case {
        status,
        headers: chance.mangle(&case.headers, &other.headers, 3),
        body,
        method: if chance.below(9) == 0 { other.method.clone() } else { case.method.clone() },
        url: chance.mangle(&case.url, &other.url, 3),
        provider: if chance.below(9) == 0 { other.provider.clone() } else { case.provider.clone() },
        thrown,
        online: case.online,
        page_url: case.page_url.clone(),
        response_type: case.response_type.clone(),
        request_body: if chance.below(3) == 0 {
            chance.mangle(&case.request_body, REQUEST, 6)
        } else {
            case.request_body.clone()
        },
        request_headers: if chance.below(2) == 0 { chance.mangle(REQUEST, &other.headers, 6) } else { String::new() },
        redirected: chance.below(9) == 0,
    }
}

#[test]
fn whatever_comes_is_explained_and_twice_the_same() {
    let number =
        |name: &str, default: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (inputs, seed) = (number("FUZZ_INPUTS", 4000), number("FUZZ_SEED", 7));
    let mut cases = Vec::new();
    for file in FILES {
        let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
        cases.extend(load(&path).iter().map(Case::of));
    }
    assert!(cases.len() > 300);
    let catalogs = Catalogs::built_in();
    let (start, mut longest, mut kinds) = (Instant::now(), Duration::ZERO, std::collections::BTreeMap::new());
    for input in 0..inputs {
        // Each input has a seed of its own, to be had again without those before it.
        let own = seed.wrapping_add(input).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let case = answer(&mut Chance(own), &cases);
        let told = std::panic::catch_unwind(|| {
            let began = Instant::now();
            let first = explain(&case.report(), &catalogs).to_json();
            let took = began.elapsed();
            assert_eq!(first, explain(&case.report(), &catalogs).to_json(), "twice the same");
            let out: serde_json::Value = match serde_json::from_str(&first) {
                Ok(out) => out,
                // 1e309, which JSON knows and this reader does not.
                Err(error) if error.to_string().starts_with("number out of range") => return (took, String::new()),
                Err(error) => panic!("not strict JSON: {error}"),
            };
            for cause in out["causes"].as_array().expect("causes") {
                for evidence in cause["evidence"].as_array().expect("evidence") {
                    if let (Some(start), Some(end)) = (evidence["start"].as_u64(), evidence["end"].as_u64()) {
                        let body = case.body.as_deref().unwrap_or("");
                        assert!(body.get(start as usize..end as usize).is_some(), "{evidence} is not in the body");
                    }
                }
            }
            (took, text(&out["kind"]))
        });
        let Ok((took, kind)) = told else {
            panic!(
                "FUZZ_INPUTS=1 FUZZ_SEED={}: status {:?}\n{}\n{:?}",
                seed.wrapping_add(input),
                case.status,
                case.headers,
                case.body
            )
        };
        longest = longest.max(took);
        *kinds.entry(kind).or_insert(0_u64) += 1;
        if input % 1_000_000 == 999_999 {
            println!("{} inputs in {:?}", input + 1, start.elapsed());
        }
    }
    println!("{inputs} inputs in {:?}, the longest in {longest:?}: {kinds:?}", start.elapsed());
    // A generator that mangles all to the same would show nothing.
    assert!(inputs < 4000 || kinds.len() > 15, "{kinds:?}");
}
