//! Servers as public reports describe them, under the default options: `fixtures/limits-wild.json` has the reports, and the rows
//! here say what each server does, who calls it, and what may come of that at most.
//!
//! Bounds say what the server allows, not what the code reaches. Some rows are not reports: they stand under the id of the rule
//! that they are of, or as `fresh`. `cargo test --test it wild -- --nocapture` prints the figures.

mod bodies;
mod clocks;
mod down;
mod fresh;
mod loops;
mod plan;
mod run;
mod telling;
mod told;
mod waits;

use crate::wild::run::Row;
use serde_json::Value;

const FIXTURE: &str = include_str!("../fixtures/limits-wild.json");
/// Where the reports stand that no row here can run: what the shell does, and what is counted in steps inside the crate.
const ELSEWHERE: [&str; 2] = [include_str!("../js/wild.test.js"), include_str!("../../src/rate_limit/cost.rs")];

fn rows() -> Vec<Row> {
    let parts =
        [told::rows(), bodies::rows(), down::rows(), clocks::rows(), waits::rows(), loops::rows(), fresh::rows()];
    parts.into_iter().flatten().collect()
}

#[test]
fn servers_in_the_wild_are_served_as_they_allow() {
    let mut missed = Vec::new();
    for row in rows() {
        let (met, line) = row.judge();
        println!("{line}");
        if !met {
            missed.push(line);
        }
    }
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn every_report_has_a_row() {
    let reports: Value = serde_json::from_str(FIXTURE).unwrap();
    let rows = rows();
    for report in reports["cases"].as_array().unwrap() {
        let id = report["id"].as_str().unwrap();
        let is_here = rows.iter().any(|row| row.name.split('/').next() == Some(id));
        let quoted = format!("\"{id}\"");
        assert!(is_here || ELSEWHERE.iter().any(|text| text.contains(&quoted)), "{id} is run nowhere");
    }
}
