//! The numbers that cross between the core and the npm package's shell are generated from the core's.

use std::{collections::BTreeSet, fmt::Write};

use crate::generated;

#[path = "../../src/wasm/protocol.rs"]
mod numbers;

use numbers::{Absent, Action, Circuit, Detail, Event, Names, Question, Quotas, Table};

const FILE: &str = "pkg-template/src/protocol.js";

const TABLES: [Table; 8] = [
    Event::TABLE,
    Action::TABLE,
    Detail::TABLE,
    Absent::TABLE,
    Circuit::TABLE,
    Question::TABLE,
    Quotas::TABLE,
    Names::TABLE,
];

fn code() -> String {
    let mut text = String::from(
        "// @ts-check\n// Generated from src/wasm/protocol.rs: `PROTOCOL=write cargo test --test it protocol`. The test fails where the two differ.\n",
    );
    for Table { name, about, rows } in TABLES {
        writeln!(text, "\n//{about}").unwrap();
        for (variant, doc, number) in rows {
            writeln!(text, "/**{doc} */\nexport const {} = {number};", constant(variant)).unwrap();
        }
        let members: Vec<_> = rows.iter().map(|(variant, ..)| format!("typeof {}", constant(variant))).collect();
        writeln!(text, "/** @typedef {{{}}} {name} */", members.join(" | ")).unwrap();
    }
    text
}

/// `NextSend` as `NEXT_SEND`.
fn constant(variant: &str) -> String {
    let mut name = String::new();
    for letter in variant.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_uppercase());
    }
    name
}

#[test]
fn both_sides_have_the_same_numbers() {
    generated::hold(FILE, &code(), "PROTOCOL");
}

#[test]
fn each_name_stands_for_one_number() {
    let names: Vec<_> = TABLES.iter().flat_map(|table| table.rows).map(|(variant, ..)| constant(variant)).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    for (read, table) in [
        (|number| Event::of(number).map(|it| it as i32), Event::TABLE),
        (|number| Action::of(number).map(|it| it as i32), Action::TABLE),
        (|number| Detail::of(number).map(|it| it as i32), Detail::TABLE),
        (|number| Absent::of(number).map(|it| it as i32), Absent::TABLE),
        (|number| Circuit::of(number).map(|it| it as i32), Circuit::TABLE),
        (|number| Question::of(number).map(|it| it as i32), Question::TABLE),
        (|number| Quotas::of(number).map(|it| it as i32), Quotas::TABLE),
        (|number| Names::of(number).map(|it| it as i32), Names::TABLE),
    ] as [(fn(i32) -> Option<i32>, Table); 8]
    {
        for (_, _, number) in table.rows {
            assert_eq!(read(*number), Some(*number), "{}", table.name);
        }
        assert_eq!(read(99), None, "{}", table.name);
    }
}
