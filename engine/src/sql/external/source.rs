//! The files that a plan reads outside: partitions that its filters leave, then the objects of each.
//!
//! Both are asked for once, before the first row; objects are shared bytes, so that holding all of them costs nothing.

use std::sync::Arc;

use serde_json::Value;

use super::{ask, credentials, refused};
use crate::json::json;
use crate::load::column::Builder;
use crate::load::options::{Options, TimeForm};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::array::value_at;
use crate::sql::execute::{Evaluation, constant};
use crate::sql::expression::Expression;
use crate::sql::outside::{Asker, CatalogQuestion, Outside, OutsideError};
use crate::sql::plan::{Content, External, ExternalFile, Plan, Scan};
use crate::warehouse::data_type::DataType;
use crate::warehouse::external::ExternalTable;
use crate::warehouse::value::Value as Cell;

/// Redshift's number for what goes wrong outside, in the DETAIL block (recalled).
const SCAN_ERROR: u32 = 15_001;

/// Gives every external scan of the plan, those in its expressions too, the files that it reads.
pub fn fill(
    plan: &mut Plan,
    outside: &mut dyn Outside,
    evaluation: &mut Evaluation,
    asker: Asker,
) -> SqlResult<()> {
    each_scan(plan, &mut |scan| {
        let Some(external) = &scan.external else { return Ok(()) };
        let content = content(scan, &external.table, outside, evaluation, asker)?;
        let table = external.table.clone();
        scan.external = Some(Arc::new(External { table, content: Some(Arc::new(content)) }));
        Ok(())
    })
}

/// Every scan of a plan.
pub fn each_scan(plan: &mut Plan, change: &mut dyn FnMut(&mut Scan) -> SqlResult<()>) -> SqlResult<()> {
    each_step(plan, &mut |step| match step {
        Plan::Scan(scan) => change(scan),
        _ => Ok(()),
    })
}

/// Every step of a plan and of its subqueries.
pub fn each_step(plan: &mut Plan, change: &mut dyn FnMut(&mut Plan) -> SqlResult<()>) -> SqlResult<()> {
    change(plan)?;
    for input in plan.inputs_mut() {
        each_step(input, change)?;
    }
    let mut result = Ok(());
    for expression in plan.expressions_mut() {
        expression.transform(&mut |expression| {
            if let Expression::Subquery(subquery) = expression
                && result.is_ok()
            {
                result = each_step(Arc::make_mut(&mut subquery.plan), change);
            }
        });
    }
    result
}

fn content(
    scan: &Scan,
    table: &ExternalTable,
    outside: &mut dyn Outside,
    evaluation: &mut Evaluation,
    asker: Asker,
) -> SqlResult<Content> {
    let mut content = Content::default();
    if !table.is_partitioned() {
        files(table, &table.location, 0, &mut content, outside, asker)?;
        return Ok(content);
    }
    let parameters = json!({"DatabaseName": table.source.database, "TableName": table.name.as_str()});
    let answer = ask(outside, &table.source, CatalogQuestion::GetPartitions, parameters)
        .map_err(|error| refused(&error, asker))?;
    let partitions = answer["Partitions"].as_array().map_or(&[][..], Vec::as_slice);
    content.total = partitions.len();
    for partition in partitions {
        let values = values(table, partition)?;
        if !passes(scan, table, &values, evaluation)? {
            continue;
        }
        let location = partition["StorageDescriptor"]["Location"]
            .as_str()
            .map_or_else(|| default_location(table, partition), str::to_owned);
        content.partitions.push(values);
        files(table, &location, content.partitions.len() - 1, &mut content, outside, asker)?;
    }
    Ok(content)
}

/// Hive's: `location/key=value/...`.
fn default_location(table: &ExternalTable, partition: &Value) -> String {
    let mut location = table.location.trim_end_matches('/').to_owned();
    let keys = &table.columns[table.stored..];
    for (key, value) in keys.iter().zip(partition["Values"].as_array().into_iter().flatten()) {
        location.push_str(&format!("/{}={}", key.name, value.as_str().unwrap_or("")));
    }
    location + "/"
}

/// The values of a partition's keys; what does not fit its type is NULL.
fn values(table: &ExternalTable, partition: &Value) -> SqlResult<Vec<Cell>> {
    let texts = partition["Values"].as_array().map_or(&[][..], Vec::as_slice);
    table.columns[table.stored..]
        .iter()
        .zip(texts)
        .map(|(key, text)| typed(text.as_str().unwrap_or(""), key.data_type))
        .collect()
}

fn typed(text: &str, data_type: DataType) -> SqlResult<Cell> {
    let bug = || SqlError::bug("a partition key of a type without values");
    let mut builder = Builder::new(data_type).ok_or_else(bug)?;
    let options =
        Options { date: TimeForm::Auto, time: TimeForm::Auto, truncate_columns: true, ..Options::default() };
    if text == "__HIVE_DEFAULT_PARTITION__" || builder.push(text.as_bytes(), &options, true).is_err() {
        return Ok(Cell::Null);
    }
    Ok(value_at(&builder.take().ok_or_else(bug)?, data_type, 0))
}

/// Whether a partition can hold a row that the scan's filters keep: those over keys alone are asked.
fn passes(
    scan: &Scan,
    table: &ExternalTable,
    values: &[Cell],
    evaluation: &mut Evaluation,
) -> SqlResult<bool> {
    for filter in &scan.filters {
        let mut fixed = true;
        filter.visit(&mut |part| match part {
            Expression::Column { index, .. } => {
                fixed &= scan.columns.get(*index).is_some_and(|column| table.is_key(*column));
            }
            Expression::Subquery(_) | Expression::Parameter { .. } => fixed = false,
            _ => {}
        });
        if !fixed {
            continue;
        }
        let mut asked = filter.clone();
        asked.transform(&mut |part| {
            if let Expression::Column { index, data_type } = part {
                let place = scan.columns[*index] - table.stored;
                let value = values.get(place).cloned().unwrap_or(Cell::Null);
                *part = Expression::Literal { value, data_type: *data_type };
            }
        });
        if constant(&asked, evaluation)? != Cell::Boolean(true) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `bucket` and `prefix` of `s3://bucket/prefix`.
pub(super) fn place(location: &str) -> SqlResult<(&str, &str)> {
    let path = location.strip_prefix("s3://");
    let path = path.ok_or_else(|| {
        // unconfirmed: the sentence for a place that is not in S3.
        SqlError::product("XX000", format!("Invalid S3 location: '{location}'"))
    })?;
    Ok(path.split_once('/').unwrap_or((path, "")))
}

/// The objects below a place, but for hidden ones and the marks that consoles leave for folders.
fn files(
    table: &ExternalTable,
    location: &str,
    partition: usize,
    content: &mut Content,
    outside: &mut dyn Outside,
    asker: Asker,
) -> SqlResult<()> {
    let (bucket, prefix) = place(location)?;
    let role = credentials(&table.source);
    let failed = |error: OutsideError, what: &str, key: &str| {
        if error.context.starts_with("IAM Role") {
            return error.told(asker);
        }
        let context = format!("Failed to {what} key={key} in bucket={bucket}");
        OutsideError { code: SCAN_ERROR, context, ..error }.told(asker)
    };
    let found = outside.scan(&role, table, bucket, prefix).map_err(|error| failed(error, "list", prefix))?;
    // A place that is one object is a list of objects, and never data; but for the sources that only one job has.
    let own = table.schema.as_str().starts_with('$');
    if !own && !prefix.ends_with('/') && found.iter().any(|object| object.key == prefix) {
        let manifest = outside.get(&role, bucket, prefix).map_err(|error| failed(error, "read", prefix))?;
        for (url, mandatory) in listed(&manifest.whole(), location)? {
            let (bucket, key) = place(&url)?;
            let path = format!("s3://{bucket}/{key}");
            match outside.get(&role, bucket, key) {
                Ok(bytes) => content.files.push(ExternalFile { path, bytes, partition }),
                Err(error) if !mandatory && error.message.contains("NoSuchKey") => {}
                Err(error) => return Err(failed(error, "read", key)),
            }
        }
        return Ok(());
    }
    for object in found {
        let name = object.key.rsplit('/').next().unwrap_or("");
        let hidden = name.starts_with(['.', '_', '#']) || name.ends_with('~');
        if hidden || name.is_empty() || object.size == 0 {
            continue;
        }
        let bytes = outside.get(&role, bucket, &object.key);
        let bytes = bytes.map_err(|error| failed(error, "read", &object.key))?;
        content.files.push(ExternalFile { path: format!("s3://{bucket}/{}", object.key), bytes, partition });
    }
    Ok(())
}

/// The objects of a manifest, and whether each must be there.
fn listed(bytes: &[u8], location: &str) -> SqlResult<Vec<(String, bool)>> {
    let wrong = || {
        // unconfirmed: that COPY's sentence is Spectrum's, too.
        let text = format!("Manifest file is not in correct json format: {location}");
        SqlError::product("XX000", text)
    };
    let manifest: Value = serde_json::from_slice(bytes).map_err(|_| wrong())?;
    let entries = manifest["entries"].as_array().ok_or_else(wrong)?;
    let one = |entry: &Value| {
        let url = entry["url"].as_str().ok_or_else(wrong)?;
        Ok((url.to_owned(), entry["mandatory"].as_bool().unwrap_or(false)))
    };
    entries.iter().map(one).collect()
}
