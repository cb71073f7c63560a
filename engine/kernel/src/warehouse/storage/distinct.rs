//! How many distinct values a column has and between which they lie, told from what its blocks know of themselves:
//! nothing is read for it.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType as ArrowType, Int32Type};

use super::TableData;
use crate::warehouse::value::Value;

impl TableData {
    /// An estimate for a column of this table; nothing where its blocks are not there to tell. Whole numbers and dates have no more values than lie between their
    /// least and greatest; texts in dictionaries as many as the longest dictionary; of other types every value
    /// is taken for a different one. What the product's ANALYZE samples is not published.
    pub fn distinct_values(&self, column: usize) -> Option<f64> {
        let (mut values, mut dictionary) = (0.0, 0.0_f64);
        let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut numbers = true;
        for stored in &self.segments {
            let block = stored.segment.columns.get(column)?;
            let facts = block.facts()?;
            values += f64::from(stored.segment.rows.saturating_sub(facts.nulls));
            let row = block.slice(0, usize::from(stored.segment.rows > 0));
            if let Some(row) = row.filter(|row| matches!(row.data_type(), ArrowType::Dictionary(_, _))) {
                dictionary = dictionary.max(row.as_dictionary::<Int32Type>().values().len() as f64);
            }
            match &facts.zone {
                Some((low, high)) => match (whole(low), whole(high)) {
                    (Some(low), Some(high)) => (least, greatest) = (least.min(low), greatest.max(high)),
                    _ => numbers = false,
                },
                None => numbers &= facts.nulls == stored.segment.rows,
            }
        }
        let most = match (dictionary > 0.0, numbers && least <= greatest) {
            (true, _) => dictionary,
            (false, true) => greatest - least + 1.0,
            (false, false) => values,
        };
        Some(values.min(most).max(1.0))
    }

    /// The least and the greatest value of a column that can be counted.
    pub fn bounds(&self, column: usize) -> Option<(f64, f64)> {
        let mut bounds: Option<(f64, f64)> = None;
        for stored in &self.segments {
            let Some((low, high)) = &stored.segment.columns.get(column)?.facts()?.zone else { continue };
            let (low, high) = (number(low)?, number(high)?);
            let (least, greatest) = bounds.unwrap_or((low, high));
            bounds = Some((least.min(low), greatest.max(high)));
        }
        bounds
    }
}

/// A value on the line of numbers, for shares of a range.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Decimal { unscaled, scale } => Some(*unscaled as f64 / 10_f64.powi(i32::from(*scale))),
        Value::Real(value) => Some(f64::from(*value)),
        Value::Double(value) => Some(*value),
        Value::Timestamp(value) | Value::Time(value) => Some(*value as f64),
        value => whole(value),
    }
}

fn whole(value: &Value) -> Option<f64> {
    match value {
        Value::SmallInt(value) => Some(f64::from(*value)),
        Value::Integer(value) | Value::Date(value) => Some(f64::from(*value)),
        Value::BigInt(value) => Some(*value as f64),
        Value::Decimal { unscaled, .. } => Some(*unscaled as f64),
        _ => None,
    }
}
