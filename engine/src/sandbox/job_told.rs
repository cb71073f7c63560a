//! What a run's log tells of a target that was written: what was read for it, what its steps left, which files it has.

use serde_json::Value;

use super::outside::table_key;
use super::{Running, Sandbox};
use crate::sql::explain::WorkKind;
use crate::warehouse::value::Value as Cell;

fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Lines for the driver's log, and how many rows each node had. `names` are those of sources by their tables, `output` is
/// the target.
pub(super) fn told(
    scratch: &Sandbox,
    running: &Running,
    names: &Value,
    output: &Value,
) -> (Vec<String>, Vec<String>) {
    let (mut driver, mut printed) = (Vec::new(), Vec::new());
    for read in running.outside() {
        let key = table_key(&read.table);
        let node = names[&key].as_str().unwrap_or(&key);
        driver.push(format!(
            "INFO FileScan: {node}: read {}, {} bytes, {} from {}; {} passed its filters",
            counted(read.files as u64, "file"),
            read.scanned_bytes,
            counted(read.scanned_rows, "row"),
            read.table.location,
            counted(read.returned_rows, "row"),
        ));
        printed.push(format!("{node}: {}", counted(read.scanned_rows, "row")));
    }
    let account = scratch.account_of(running);
    for work in account.iter().flat_map(|account| &account.work) {
        let does = match work.kind {
            WorkKind::HashJoin | WorkKind::MergeJoin | WorkKind::NestedLoop => "join",
            WorkKind::Aggregate | WorkKind::Unique => "aggregate",
            _ => continue,
        };
        let rows = counted(work.rows, "row");
        driver.push(format!("INFO DAGScheduler: stage {} ({does}) finished: {rows}", work.segment));
    }
    let node = output["Node"].as_str().unwrap_or("");
    let mut total = 0;
    for row in scratch.warehouse.logs.rows.get("stl_unload_log").into_iter().flatten() {
        // The query, the path, its rows and bytes.
        if let [
            _,
            Cell::Integer(query),
            _,
            _,
            Cell::String(path),
            _,
            _,
            Cell::BigInt(rows),
            Cell::BigInt(bytes),
            ..,
        ] = &row[..]
            && i64::from(*query) == running.query()
        {
            driver.push(format!(
                "INFO MultipartUploadOutputStream: {node}: wrote {path}, {bytes} bytes, {}",
                counted(*rows as u64, "row")
            ));
            total += *rows as u64;
        }
    }
    if total > 0 || !driver.is_empty() {
        printed.push(format!("{node}: {}", counted(total, "row")));
    }
    (driver, printed)
}
