//! Cells as text, until the executor's own `display` is there: this file then goes.

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::datatypes::{DataType as ArrowType, Int16Type, Int32Type, Int64Type};
use sandshift_engine::warehouse::data_type::DataType;

pub fn display(column: &ArrayRef, _data_type: DataType, row: usize) -> Option<String> {
    if column.is_null(row) {
        return None;
    }
    Some(match column.data_type() {
        ArrowType::Int16 => column.as_primitive::<Int16Type>().value(row).to_string(),
        ArrowType::Int32 => column.as_primitive::<Int32Type>().value(row).to_string(),
        ArrowType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        ArrowType::Boolean => column.as_boolean().value(row).to_string(),
        ArrowType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        ArrowType::Dictionary(..) => {
            let column = column.as_dictionary::<Int32Type>().downcast_dict::<StringArray>()?;
            column.values().value(usize::try_from(column.keys().value(row)).ok()?).to_owned()
        }
        other => other.to_string(),
    })
}
