//! Judging the reader: on all labelled rows, each by weights that never saw its vendor, and on files that it was not fitted to.
//! Beside it a table by status of 1 kB, which a page may have instead (`bench/status-table.js`).

use crate::examples::Set;
use crate::measure::{Marks, NAMES, marks};
use crate::rows::{self, Row};
use crate::table::Table;
use fetch_with_policy::explain::advise::texts;
use fetch_with_policy::explain::judge::features::Feature;
use fetch_with_policy::explain::judge::model::{Model, POINTS};
use fetch_with_policy::explain::{Catalogs, explain, features};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

/// Into how many parts vendors are dealt.
const FOLDS: usize = 8;
/// The bands of confidence, in percent.
const BANDS: [(f64, f64); 5] = [(0.0, 40.0), (40.0, 60.0), (60.0, 80.0), (80.0, 90.0), (90.0, 101.0)];

/// What was made of one row by weights that never saw its vendor.
pub struct Judgement {
    /// What it said of its confidence, in percent.
    pub said: f64,
    /// What is right of it.
    pub marks: Marks,
    /// The whole explanation.
    pub out: Value,
    /// What the reader by itself gave as its confidence in the kind of a response, in percent; none where a rule chose another kind.
    pub by_reader: Option<f64>,
}

impl Judgement {
    /// Whether the kind is right.
    pub fn is_right(&self) -> bool {
        self.marks[0] == Some(true)
    }
}

/// Of which part a vendor is.
fn fold_of(vendor: &str) -> usize {
    let sum = vendor.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (sum >> 8) as usize % FOLDS
}

/// Explains each row by a table that was fitted to the rows of other vendors, with the points `confidence` if they are known.
///
/// # Panics
/// If a fit fails.
pub fn leave_vendors_out(rows: &[Row], set: &Set, confidence: Option<[u8; POINTS]>) -> Vec<Judgement> {
    let folds: Vec<usize> = rows.iter().map(|row| fold_of(&row.vendor)).collect();
    let folds = &folds;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(FOLDS);
    let mut judged: Vec<(usize, Judgement)> = std::thread::scope(|scope| {
        let work = |first: usize| {
            let mut out = Vec::new();
            for fold in (first..FOLDS).step_by(threads) {
                let table = Table::fit(set, |row| folds[row] != fold);
                let table = confidence.into_iter().fold(table, Table::with_confidence);
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
///
/// # Panics
/// If the explanation is no JSON.
pub fn judge(row: &Row, catalogs: &Catalogs) -> Judgement {
    let report = row.case.report();
    let out = explain(&report, catalogs);
    let out: Value = serde_json::from_str(&out.to_json()).expect("an explanation is JSON");
    let mut found = Vec::new();
    features(&report, &mut |Feature { hash, family, .. }| found.push(Feature { hash, family, text: "", span: None }));
    let reader = catalogs.model().judge(|sink| found.into_iter().for_each(sink));
    let is_readers = !rows::is_thrown(row) && texts::row(reader.kind).name == out["kind"];
    let by_reader = is_readers.then(|| f64::from(reader.confidence));
    Judgement { said: out["confidence"].as_f64().unwrap_or(0.0) * 100.0, marks: marks(row, &out), out, by_reader }
}

/// Prints how good the reader is; with `misses`, each row that is wrong, too.
pub fn print(fixtures: &str, arguments: &[String]) {
    let misses = arguments.iter().any(|argument| argument == "--misses");
    if arguments.first().is_some_and(|argument| argument == "--without") {
        return without(fixtures, &arguments[1..], misses);
    }
    let files: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    if !arguments.iter().any(|argument| argument == "--files") {
        let rows = crate::rows::all(fixtures);
        let set = Set::of(&rows);
        let judged = leave_vendors_out(&rows, &set, Some(Model::built_in().confidence()));
        let (rows, judged): (Vec<Row>, Vec<Judgement>) =
            rows.into_iter().zip(judged).filter(|(row, _)| !row.is_made).unzip();
        report("each vendor by weights that never saw it", &rows, &judged, misses);
    }
    for file in files {
        let rows = crate::rows::of_file(file, true);
        let catalogs = Catalogs::built_in();
        let judged: Vec<Judgement> = rows.iter().map(|row| judge(row, &catalogs)).collect();
        report(file, &rows, &judged, misses);
    }
}

/// Judges the rows of the files whose names are in `arguments` by weights that saw none of them, nor of their vendors.
fn without(fixtures: &str, arguments: &[String], misses: bool) {
    let rows = crate::rows::all(fixtures);
    let set = Set::of(&rows);
    let is_out = |row: &Row| arguments.iter().any(|name| row.file.contains(name.as_str()));
    let vendors: BTreeSet<&str> = rows.iter().filter(|row| is_out(row)).map(|row| row.vendor.as_str()).collect();
    let table = Table::fit(&set, |row| !vendors.contains(rows[row].vendor.as_str()));
    let table = table.with_confidence(Model::built_in().confidence());
    let catalogs = Catalogs::built_in().with_model(Model::read(&table.bytes()));
    let rows: Vec<Row> = rows.into_iter().filter(is_out).collect();
    let judged: Vec<Judgement> = rows.iter().map(|row| judge(row, &catalogs)).collect();
    report("by weights that saw neither these rows nor their vendors", &rows, &judged, misses);
}

fn report(name: &str, rows: &[Row], judged: &[Judgement], misses: bool) {
    println!("\n{name}: {} rows", rows.len());
    println!("  {:12} {:>9} {:>15}", "", "explainer", "status table");
    let table = status_table(rows);
    for (index, measure) in NAMES.iter().enumerate() {
        println!(
            "  {measure:12} {:>9} {:>15}",
            share(index, judged.iter().map(|one| &one.marks)),
            share(index, table.iter())
        );
    }
    println!("  confidence         rows   says  right   95 % interval");
    for (from, to) in BANDS {
        let band: Vec<&Judgement> = judged.iter().filter(|one| one.said >= from && one.said < to).collect();
        if band.is_empty() {
            continue;
        }
        let count = band.len() as f64;
        let said = band.iter().map(|one| one.said).sum::<f64>() / count;
        let right = band.iter().filter(|one| one.is_right()).count() as f64 / count;
        let (low, high) = interval(right, count);
        let holds = if said >= low * 100.0 && said <= high * 100.0 { "" } else { "  outside" };
        println!(
            "  {from:>3} to {:>3} {:>11} {said:6.1} {:6.1}   {:.1} to {:.1}{holds}",
            to.min(100.0),
            band.len(),
            right * 100.0,
            low * 100.0,
            high * 100.0
        );
    }
    if misses {
        for (row, one) in rows.iter().zip(judged) {
            for (measure, _) in NAMES.iter().zip(one.marks).filter(|(_, mark)| *mark == Some(false)) {
                let expected = &row.value["expected"];
                let wanted = match *measure {
                    "request id" => &expected["request_id"],
                    measure => &expected[measure],
                };
                let actual = match *measure {
                    "kind" => &one.out["kind"],
                    "retry" => &one.out["retry"]["verdict"],
                    "code" => &one.out["api"]["code"],
                    "message" => &one.out["api"]["message"],
                    "request id" => &one.out["api"]["requestId"],
                    _ => &one.out["fields"],
                };
                let body: String = row.value["body"].as_str().unwrap_or("").chars().take(200).collect();
                println!(
                    "MISS {measure}\t{}\t{}\t{wanted}\t{actual}\t{:.0}\t{body:?}{}",
                    row.value["id"], row.value["status"], one.said, row.value["error"]
                );
            }
        }
    }
}

fn share<'m>(index: usize, marks: impl Iterator<Item = &'m Marks>) -> String {
    let counted: Vec<bool> = marks.filter_map(|marks| marks[index]).collect();
    let right = counted.iter().filter(|right| **right).count();
    if counted.is_empty() { String::from("-") } else { format!("{:.1} %", 100.0 * right as f64 / counted.len() as f64) }
}

/// Wilson's interval of a share of `count`, at 95 %.
fn interval(share: f64, count: f64) -> (f64, f64) {
    const Z: f64 = 1.96;
    let centre = share + Z * Z / (2.0 * count);
    let half = Z * (share * (1.0 - share) / count + Z * Z / (4.0 * count * count)).sqrt();
    let scale = 1.0 + Z * Z / count;
    ((centre - half) / scale, (centre + half) / scale)
}

/// What the table by status makes of each row: run in Node, as it would run in a page.
fn status_table(rows: &[Row]) -> Vec<Marks> {
    let program = format!(
        "import {{ explain }} from '{}/bench/status-table.js';
        let text = '';
        process.stdin.on('data', (part) => (text += part));
        process.stdin.on('end', () => console.log(JSON.stringify(JSON.parse(text).map(explain))));",
        crate::ROOT
    );
    let child = Command::new("node")
        .args(["--input-type=module", "-e", &program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else { return Vec::new() };
    let input = serde_json::to_string(&rows.iter().map(|row| &row.value).collect::<Vec<_>>()).expect("rows are JSON");
    let mut stdin = child.stdin.take().expect("it has an input");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("node ends");
    let _ = writer.join();
    let outs: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap_or_default();
    rows.iter().zip(&outs).map(|(row, out)| marks(row, out)).collect()
}
