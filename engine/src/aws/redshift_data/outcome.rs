//! Rows as the Data API hands them out.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::json;

/// The rows of one statement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    pub columns: Vec<Column>,
    pub records: Vec<Vec<Cell>>,
    /// As the answers count it: bytes of the values' texts.
    pub bytes: u64,
}

/// A column as drivers describe it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    /// `int8`, `varchar`, ...
    pub type_name: String,
    pub precision: u32,
    pub scale: u32,
    pub signed: bool,
    pub case_sensitive: bool,
}

/// A field of a record, by the kinds that the API knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    Null,
    Boolean(bool),
    Double(f64),
    Long(i64),
    Text(String),
}

impl Cell {
    pub fn value(&self) -> Value {
        match self {
            Cell::Null => json!({"isNull": true}),
            Cell::Boolean(value) => json!({"booleanValue": value}),
            Cell::Double(value) => json!({"doubleValue": value}),
            Cell::Long(value) => json!({"longValue": value}),
            Cell::Text(value) => json!({"stringValue": value}),
        }
    }

    /// Bytes of its text.
    pub fn bytes(&self) -> u64 {
        match self {
            Cell::Null => 0,
            Cell::Boolean(_) => 1,
            Cell::Double(value) => value.to_string().len() as u64,
            Cell::Long(value) => value.to_string().len() as u64,
            Cell::Text(value) => value.len() as u64,
        }
    }
}

impl Column {
    pub fn value(&self) -> Value {
        json!({
            "isCaseSensitive": self.case_sensitive,
            "isCurrency": false,
            "isSigned": self.signed,
            "label": self.name,
            "length": 0,
            "name": self.name,
            "nullable": 1,
            "precision": self.precision,
            "scale": self.scale,
            "schemaName": "",
            "tableName": "",
            "typeName": self.type_name,
        })
    }
}
