//! Judging the reader.

use crate::examples::Set;
use crate::rows::{Row, place};
use crate::table::Table;
use fetch_with_policy::explain::judge::model::Model;
use fetch_with_policy::explain::{Catalogs, explain};
use serde_json::Value;

/// Into how many parts vendors are dealt.
const FOLDS: usize = 8;

/// What was made of one row by weights that never saw its vendor.
pub struct Judgement {
    /// What it said of its confidence, in percent.
    pub said: f64,
    /// Whether the kind was right.
    pub is_right: bool,
    /// The whole explanation.
    pub out: Value,
}

/// Of which part a vendor is.
fn fold_of(vendor: &str) -> usize {
    let sum = vendor.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (sum >> 8) as usize % FOLDS
}

/// Explains each row by a table that was fitted to the rows of other vendors.
pub fn leave_vendors_out(rows: &[Row], set: &Set) -> Vec<Judgement> {
    let folds: Vec<usize> = rows.iter().map(|row| fold_of(&row.vendor)).collect();
    let folds = &folds;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(FOLDS);
    let mut judged: Vec<(usize, Judgement)> = std::thread::scope(|scope| {
        let work = |first: usize| {
            let mut out = Vec::new();
            for fold in (first..FOLDS).step_by(threads) {
                let table = Table::fit(set, |row| folds[row] != fold);
                let catalogs = Catalogs::built_in().with_model(Model::read(&table.bytes()));
                let here = rows.iter().enumerate().filter(|(index, _)| folds[*index] == fold);
                out.extend(here.map(|(index, row)| (index, judge(row, &catalogs))));
            }
            out
        };
        let handles: Vec<_> = (0..threads).map(|first| scope.spawn(move || work(first))).collect();
        handles.into_iter().flat_map(|handle| handle.join().expect("a fold is fitted")).collect()
    });
    judged.sort_by_key(|(index, _)| *index);
    judged.into_iter().map(|(_, judgement)| judgement).collect()
}

/// Explains `row`.
pub fn judge(row: &Row, catalogs: &Catalogs) -> Judgement {
    let out = explain(&row.case.report(), catalogs);
    let out: Value = serde_json::from_str(&out.to_json()).expect("an explanation is JSON");
    let kind = place(out["kind"].as_str().unwrap_or(""));
    Judgement { said: out["confidence"].as_f64().unwrap_or(0.0) * 100.0, is_right: row.accepts(kind), out }
}

/// Prints how good the reader is.
pub fn print(fixtures: &str, files: &[String]) {
    let rows = crate::rows::all(fixtures);
    let set = Set::of(&rows);
    let judged = leave_vendors_out(&rows, &set);
    table("vendors left out", &rows, &judged);
    for file in files {
        let rows = crate::rows::of_file(file, true);
        let catalogs = Catalogs::built_in();
        let judged: Vec<Judgement> = rows.iter().map(|row| judge(row, &catalogs)).collect();
        table(file, &rows, &judged);
    }
}

fn table(name: &str, rows: &[Row], judged: &[Judgement]) {
    let right = judged.iter().filter(|one| one.is_right).count();
    println!("{name}: {} rows, kind right {:.1} %", rows.len(), 100.0 * right as f64 / rows.len() as f64);
    for (from, to) in [(0.0, 40.0), (40.0, 60.0), (60.0, 80.0), (80.0, 90.0), (90.0, 101.0)] {
        let band: Vec<&Judgement> = judged.iter().filter(|one| one.said >= from && one.said < to).collect();
        let count = band.len() as f64;
        let said: f64 = band.iter().map(|one| one.said).sum::<f64>() / count;
        let right = 100.0 * band.iter().filter(|one| one.is_right).count() as f64 / count;
        println!("  said {from} to {to}: {count} rows, {said:.1} on average, right {right:.1} %");
    }
}
