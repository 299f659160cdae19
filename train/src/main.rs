//! `train`: fits the trained reader to the labelled errors and writes its table. `train --check`: whether the table that is there
//! is what a fit gives. `train --eval [--misses] [--files] [FILE..]`: judges it (`--files`: only on FILE), each vendor by weights that never saw it.
//! `train --eval --without FILE..`: judges the rows of FILE by weights that saw neither them nor their vendors.

mod calibrate;
mod eval;
mod examples;
mod fit;
mod measure;
mod phrases;
mod rows;
#[path = "../../tests/it/explain_support/mod.rs"]
#[allow(dead_code, clippy::pedantic)]
mod support;
mod table;

use eval::Judgement;
use examples::Set;
use fetch_with_policy::explain::judge::model::{Model, POINTS};
use rows::Row;
use std::process::ExitCode;
use table::Table;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let fixtures = format!("{ROOT}/tests/fixtures");
    match arguments.first().map(String::as_str) {
        Some("--eval") => eval::print(&fixtures, &arguments[1..]),
        first => return train(&fixtures, first == Some("--check")),
    }
    ExitCode::SUCCESS
}

fn train(fixtures: &str, is_check: bool) -> ExitCode {
    let rows = rows::all(fixtures);
    let set = Set::of(&rows);
    // The points of confidence take eight fits more: a check takes them as they are.
    let confidence = if is_check { Model::built_in().confidence() } else { confidence(&rows, &set) };
    let table = Table::fit(&set, |_| true).with_confidence(confidence);
    let (text, bytes) = (table.text(), table.bytes());
    println!("{} rows, {} features of {}, {} bytes", rows.len(), table.len(), set.names.len(), bytes.len());
    let folder = format!("{ROOT}/src/explain/judge");
    let (text_path, bytes_path) = (format!("{folder}/weights.txt"), format!("{folder}/weights.bin"));
    if is_check {
        let same = std::fs::read(bytes_path).is_ok_and(|known| known == bytes)
            && std::fs::read_to_string(text_path).is_ok_and(|known| known == text);
        if !same {
            eprintln!("the table is not what the fixtures give: run `cargo xtask train`");
            return ExitCode::FAILURE;
        }
        return ExitCode::SUCCESS;
    }
    std::fs::write(text_path, text).expect("the table can be written");
    std::fs::write(bytes_path, bytes).expect("the table can be written");
    ExitCode::SUCCESS
}

/// How sure a judgement is, by what was right of vendors that were left out.
fn confidence(rows: &[Row], set: &Set) -> [u8; POINTS] {
    let folds = eval::leave_vendors_out(rows, set, None);
    let real: Vec<(&Row, &Judgement)> = rows.iter().zip(&folds).filter(|(row, _)| !row.is_made).collect();
    let right = real.iter().filter(|(_, fold)| fold.is_right()).count();
    println!("right of vendors left out: {:.2} %", 100.0 * right as f64 / real.len() as f64);
    let judged = real.iter().filter_map(|(_, fold)| Some((fold.by_reader?, fold.is_right())));
    calibrate::calibrate(&judged.collect::<Vec<_>>())
}
