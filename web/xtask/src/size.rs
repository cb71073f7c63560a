//! What the site weighs, beside its budgets and the last recorded figures.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use crate::hashed::plain;
use crate::progress::step;
use crate::{command, root, site};

/// Budgets of the engine's wasm, in bytes.
const ENGINE_BROTLI: u64 = 1_500_000;
const ENGINE_RAW: u64 = 6_000_000;
/// Budget of the page: markup, styles, scripts, its wasm and the editor.
const PAGE_BROTLI: u64 = 450_000;

/// Committed by whoever records them with `cargo xtask build --record`.
const RECORDED: &str = "web/xtask/figures.json";

/// Bytes of one part of the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    pub raw: u64,
    pub gzip: u64,
    pub brotli: u64,
}

/// The parts in the order in which they are printed.
pub struct Table {
    rows: Vec<(&'static str, Weight)>,
    recorded: BTreeMap<String, u64>,
}

/// Which part a file of the site belongs to.
fn part(path: &str) -> &'static str {
    match path {
        "engine_bg.wasm" => "engine wasm",
        "worker.js" => "engine scripts",
        "app_bg.wasm" => "page wasm",
        "boot.js" => "page scripts",
        "editor.js" => "editor",
        // Fetched when a chart is first looked at: no part of what a page costs.
        "chart.js" => "charts, when wanted",
        "model.js" | "styles/model.css" => "models' page, when wanted",
        // Likewise, when a lab is opened that the build has not read.
        "digest.js" | "digest_bg.wasm" => "reading labs, when wanted",
        "learning.js" | "learning_bg.wasm" => "learners, when wanted",
        "formats.js" | "formats_bg.wasm" => "compression and Parquet, when wanted",
        "embed.js" | "embedded.js" | "cells.js" | "cells.html" | "embed.json" => "embedding, when wanted",
        "author.html" | "author.js" | "styles/authoring.css" | "proof.js" | "zip.js" | "engine.js" => {
            "authoring, when wanted"
        }
        _ if path.starts_with("console/") => "console pages, when wanted",
        "labs/aws.zip" => "labs for AWS, when wanted",
        _ if path.starts_with("labs/") => "lessons",
        _ if path.ends_with(".html") || path.ends_with(".css") || path.ends_with(".svg") => {
            "page markup and styles"
        }
        _ => "other files",
    }
}

const ENGINE: [&str; 1] = ["engine wasm"];
const PAGE: [&str; 4] = ["page wasm", "page scripts", "editor", "page markup and styles"];
const PARTS: [&str; 17] = [
    "engine wasm",
    "engine scripts",
    PAGE[0],
    PAGE[1],
    PAGE[2],
    PAGE[3],
    "charts, when wanted",
    "models' page, when wanted",
    "reading labs, when wanted",
    "compression and Parquet, when wanted",
    "learners, when wanted",
    "console pages, when wanted",
    "embedding, when wanted",
    "authoring, when wanted",
    "labs for AWS, when wanted",
    "lessons",
    "other files",
];

/// What is done with the compressed files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copies {
    Weighed,
    /// Written beside the others, for hosts that hand them out as they are.
    Kept,
}

/// Weighs a built site.
pub fn measure(out: &Path, copies: Copies) -> Result<Table, String> {
    let files = site::names(out)?;
    let script = root::root()?.join("web/xtask/src/size.mjs");
    let mode = if copies == Copies::Kept { "keep" } else { "weigh" };
    let mut words = vec![script.to_string_lossy().into_owned(), mode.to_owned()];
    words.extend(files.iter().cloned());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let answer = step("sizes", || command::read(command::program("node", &words, out)))?;
    let sizes: Vec<[u64; 3]> = serde_json::from_str(&answer).map_err(|error| format!("size.mjs: {error}"))?;
    let mut weights: BTreeMap<&str, Weight> = BTreeMap::new();
    for (file, [raw, gzip, brotli]) in files.iter().zip(sizes) {
        let weight = weights.entry(part(&plain(file))).or_default();
        weight.raw += raw;
        weight.gzip += gzip;
        weight.brotli += brotli;
    }
    let rows = PARTS.iter().filter_map(|part| Some((*part, *weights.get(part)?))).collect();
    let recorded = fs::read_to_string(root::root()?.join(RECORDED))
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    Ok(Table { rows, recorded })
}

/// Makes these figures the ones that the next build is compared with.
pub fn record(table: &Table) -> Result<(), String> {
    let figures: BTreeMap<&str, u64> =
        table.rows.iter().map(|(name, weight)| (*name, weight.brotli)).collect();
    let text = serde_json::to_string_pretty(&figures).map_err(|error| error.to_string())?;
    fs::write(root::root()?.join(RECORDED), text + "\n").map_err(|error| format!("{RECORDED}: {error}"))
}

impl Table {
    fn sum(&self, parts: &[&str]) -> Weight {
        let mut sum = Weight::default();
        for (_, weight) in self.rows.iter().filter(|(name, _)| parts.contains(name)) {
            sum.raw += weight.raw;
            sum.gzip += weight.gzip;
            sum.brotli += weight.brotli;
        }
        sum
    }

    /// What decides whether a lesson is ready in time is a limit: over it, the suite fails.
    ///
    /// # Errors
    /// Which budget is exceeded, and by how much.
    pub fn within_budget(&self) -> Result<(), String> {
        let over = over(&[("engine wasm, brotli", self.sum(&ENGINE).brotli, ENGINE_BROTLI)]);
        if over.is_empty() { Ok(()) } else { Err(over.join("\n")) }
    }

    /// Aims that are not reached yet are said at every build; ARCHITECTURE.md says how they are to be.
    pub fn beside_aims(&self) -> Vec<String> {
        over(&[
            ("engine wasm, raw", self.sum(&ENGINE).raw, ENGINE_RAW),
            ("page, brotli", self.sum(&PAGE).brotli, PAGE_BROTLI),
        ])
    }
}

impl fmt::Display for Table {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{:<24} {:>10} {:>10} {:>10} {:>10}  budget",
            "part (MB)", "raw", "gzip", "brotli", "recorded"
        )?;
        for (name, weight) in &self.rows {
            let recorded = self.recorded.get(*name).map_or_else(|| "-".to_owned(), |size| megabytes(*size));
            let budget = if *name == ENGINE[0] {
                format!("brotli {}, raw {}", megabytes(ENGINE_BROTLI), megabytes(ENGINE_RAW))
            } else {
                String::new()
            };
            row(out, name, *weight, &recorded, &budget)?;
        }
        let recorded: u64 = PAGE.iter().filter_map(|part| self.recorded.get(*part)).sum();
        let recorded = if recorded == 0 { "-".to_owned() } else { megabytes(recorded) };
        row(out, "= page", self.sum(&PAGE), &recorded, &format!("brotli {}", megabytes(PAGE_BROTLI)))
    }
}

fn row(
    out: &mut fmt::Formatter<'_>,
    name: &str,
    weight: Weight,
    recorded: &str,
    budget: &str,
) -> fmt::Result {
    let [raw, gzip, brotli] = [weight.raw, weight.gzip, weight.brotli].map(megabytes);
    let line = format!("{name:<24} {raw:>10} {gzip:>10} {brotli:>10} {recorded:>10}  {budget}");
    writeln!(out, "{}", line.trim_end())
}

fn over(budgets: &[(&str, u64, u64)]) -> Vec<String> {
    budgets
        .iter()
        .filter(|(_, size, budget)| size > budget)
        .map(|(name, size, budget)| {
            format!("over budget: {name} is {} of at most {}", megabytes(*size), megabytes(*budget))
        })
        .collect()
}

/// Decimal megabytes.
pub fn megabytes(bytes: u64) -> String {
    format!("{}.{:03}", bytes / 1_000_000, bytes % 1_000_000 / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(engine: u64) -> Table {
        let weight = Weight { raw: engine, gzip: engine, brotli: engine };
        Table { rows: vec![(ENGINE[0], weight)], recorded: BTreeMap::new() }
    }

    #[test]
    fn a_budget_is_a_limit() {
        assert_eq!(table(ENGINE_BROTLI).within_budget(), Ok(()));
        assert!(table(ENGINE_BROTLI + 1).within_budget().unwrap_err().contains("engine wasm, brotli"));
    }

    #[test]
    fn every_file_of_the_page_is_counted() {
        for file in ["index.html", "styles/page.css", "app_bg.wasm", "boot.js", "editor.js"] {
            assert!(PAGE.contains(&part(file)), "{file}");
        }
    }
}
