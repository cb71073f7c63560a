//! What AWS Glue makes of objects: a crawler's tables, and what a visual job does.
//!
//! It is here and not in the engine because it runs seldom and reads bytes. An order is JSON: `{"Crawl": [path, ...], "Crawler": name}` or
//! `{"Job": nodes, "Catalog": {node: table}, "Stem": text}`.

mod delimited;
mod document;
mod sample;
mod shape;
mod table;
mod visual;

use sandshift_extension::formats::Sample;
use serde_json::Value;

use crate::Result;

/// Answers an order, in JSON.
pub fn answer(order: &[u8], samples: Vec<Sample>) -> Result<Vec<u8>> {
    let order: Value = serde_json::from_slice(order).map_err(|error| error.to_string())?;
    let found: Vec<sample::Found> = samples.into_iter().map(sample::look).collect();
    if order["Job"].is_object() {
        return visual::plan(&order, &found).map(|plan| plan.to_string().into_bytes());
    }
    let crawler = order["Crawler"].as_str().unwrap_or("");
    let mut told: Vec<Value> = Vec::new();
    for path in order["Crawl"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        told.extend(table::tables(path, &found).iter().map(|table| table.told(crawler)));
    }
    Ok(Value::Array(told).to_string().into_bytes())
}
