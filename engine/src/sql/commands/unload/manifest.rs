//! The list of files that MANIFEST writes beside them.

use serde_json::Value;

use super::Unloaded;
use crate::json::json;
use crate::sql::plan::Field;
use crate::warehouse::data_type::DataType;

/// The manifest of `files`; VERBOSE adds sizes, rows, the columns and who wrote it.
pub fn text(files: &[Unloaded], fields: &[&Field], verbose: bool, columnar: bool) -> Vec<u8> {
    let entry = |file: &Unloaded| match (verbose, columnar) {
        (true, _) => {
            json!({"url": file.path, "meta": {"content_length": file.bytes, "record_count": file.rows}})
        }
        // COPY wants it of columnar files.
        (false, true) => json!({"url": file.path, "meta": {"content_length": file.bytes}}),
        (false, false) => json!({"url": file.path}),
    };
    let mut out = json!({"entries": files.iter().map(entry).collect::<Vec<_>>()});
    if verbose {
        let elements =
            fields.iter().map(|field| json!({"name": field.name, "type": data_type(field.data_type)}));
        out["schema"] = json!({"elements": elements.collect::<Vec<_>>()});
        let bytes: u64 = files.iter().map(|file| file.bytes).sum();
        let rows: u64 = files.iter().map(|file| file.rows).sum();
        out["meta"] = json!({"content_length": bytes, "record_count": rows});
        out["author"] = json!({"name": "Amazon Redshift", "version": "1.0.0"});
    }
    serde_json::to_string_pretty(&out).unwrap_or_default().into_bytes()
}

fn data_type(data_type: DataType) -> Value {
    match data_type.text() {
        DataType::Char(length) => json!({"base": "character", "max_length": length}),
        DataType::Varchar(length) => json!({"base": "character varying", "max_length": length}),
        DataType::Decimal { precision, scale } => {
            json!({"base": "numeric", "precision": precision, "scale": scale})
        }
        other => json!({"base": other.to_string()}),
    }
}
