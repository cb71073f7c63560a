//! Columns as the module beside the engine knows them, to and from ours.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
    Float32Array, Float64Array, Int16Array, Int32Array, Int64Array, StringArray, Time64MicrosecondArray,
    TimestampMicrosecondArray,
};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType as ArrowType, Int32Type};

use crate::extension::formats::{Column, Data, Kind, Strings};
use crate::sql::execute::array::value_at;
use crate::sql::execute::display::display_value;
use crate::sql::json;
use crate::warehouse::data_type::DataType;
use crate::warehouse::storage::dictionary::plain;
use crate::warehouse::value::Value;

/// Our type of a file's column, and with it how [`array`] lays its values.
pub fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Boolean => DataType::Boolean,
        Kind::Integer { bits: 8, .. } | Kind::Integer { bits: 16, signed: true } => DataType::SmallInt,
        Kind::Integer { bits: 16, signed: false } | Kind::Integer { bits: 32, signed: true } => {
            DataType::Integer
        }
        Kind::Integer { bits: 64, signed: false } => DataType::Decimal { precision: 20, scale: 0 },
        Kind::Integer { .. } => DataType::BigInt,
        Kind::Float => DataType::Real,
        Kind::Double => DataType::Double,
        Kind::Decimal { precision, scale } => DataType::Decimal { precision, scale },
        Kind::Date => DataType::Date,
        Kind::Time => DataType::Time,
        Kind::Timestamp { utc: false } => DataType::Timestamp,
        Kind::Timestamp { utc: true } => DataType::TimestampTz,
        Kind::Text => DataType::Varchar(DataType::VARCHAR_MAX),
        Kind::Binary => DataType::Varbyte(DataType::VARCHAR_MAX),
        Kind::Nested => DataType::Super,
    }
}

fn fours<T>(bytes: &[u8], value: fn([u8; 4]) -> T) -> ScalarBuffer<T>
where
    T: arrow::datatypes::ArrowNativeType,
{
    bytes.as_chunks::<4>().0.iter().map(|four| value(*four)).collect::<Vec<T>>().into()
}

fn eights<T>(bytes: &[u8], value: fn([u8; 8]) -> T) -> ScalarBuffer<T>
where
    T: arrow::datatypes::ArrowNativeType,
{
    bytes.as_chunks::<8>().0.iter().map(|eight| value(*eight)).collect::<Vec<T>>().into()
}

/// A column's values as an array of its kind's type.
///
/// # Errors
/// Text that is not UTF-8; a column that does not hold what it says.
pub fn array(column: &Column, kind: Kind) -> Result<ArrayRef, String> {
    let rows = column.rows as usize;
    let odd = || "a column of the file does not hold what its schema says".to_owned();
    let nulls = match &column.valid {
        Some(valid) if valid.len() * 8 < rows => return Err(odd()),
        Some(valid) => Some(NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(valid.clone()), 0, rows))),
        None => None,
    };
    let found = match (&column.data, kind.width()) {
        (Data::Fixed(bytes), Some(width)) => bytes.len() / width,
        (Data::Strings(strings), None) => strings.len(),
        (Data::Coded { codes, .. }, None) => codes.len() / 4,
        _ => return Err(odd()),
    };
    if found != rows {
        return Err(odd());
    }
    let bytes = match &column.data {
        Data::Fixed(bytes) => bytes,
        Data::Strings(strings) if kind == Kind::Binary => {
            let array = BinaryArray::try_new(offsets(strings), Buffer::from(strings.bytes.as_slice()), nulls);
            return Ok(Arc::new(array.map_err(|_| odd())?));
        }
        Data::Strings(strings) => return Ok(Arc::new(text(strings, nulls)?)),
        Data::Coded { codes, strings } => {
            let codes = Int32Array::try_new(fours(codes, i32::from_le_bytes), nulls).map_err(|_| odd())?;
            if kind == Kind::Binary {
                let cells = codes.iter().map(|code| strings.get(code? as usize));
                return Ok(Arc::new(cells.collect::<BinaryArray>()));
            }
            let array = DictionaryArray::<Int32Type>::try_new(codes, Arc::new(text(strings, None)?));
            return Ok(Arc::new(array.map_err(|_| odd())?));
        }
    };
    Ok(match data_type(kind) {
        DataType::Boolean => {
            Arc::new(BooleanArray::new(bytes.iter().map(|byte| *byte == 1).collect::<BooleanBuffer>(), nulls))
        }
        DataType::SmallInt => {
            Arc::new(Int16Array::new(fours(bytes, |four| i32::from_le_bytes(four) as i16), nulls))
        }
        DataType::Integer => Arc::new(Int32Array::new(fours(bytes, i32::from_le_bytes), nulls)),
        DataType::BigInt => Arc::new(Int64Array::new(eights(bytes, i64::from_le_bytes), nulls)),
        DataType::Real => Arc::new(Float32Array::new(fours(bytes, f32::from_le_bytes), nulls)),
        DataType::Double => Arc::new(Float64Array::new(eights(bytes, f64::from_le_bytes), nulls)),
        DataType::Date => Arc::new(Date32Array::new(fours(bytes, i32::from_le_bytes), nulls)),
        DataType::Time => Arc::new(Time64MicrosecondArray::new(eights(bytes, i64::from_le_bytes), nulls)),
        DataType::Timestamp | DataType::TimestampTz => {
            Arc::new(TimestampMicrosecondArray::new(eights(bytes, i64::from_le_bytes), nulls))
        }
        DataType::Decimal { precision, scale } => {
            let values: Vec<i128> =
                bytes.as_chunks::<16>().0.iter().map(|b| i128::from_le_bytes(*b)).collect();
            let array = Decimal128Array::new(values.into(), nulls);
            Arc::new(array.with_precision_and_scale(precision, scale as i8).map_err(|_| odd())?)
        }
        _ => return Err(odd()),
    })
}

fn offsets(strings: &Strings) -> OffsetBuffer<i32> {
    let ends = strings.ends.as_chunks::<4>().0.iter().map(|four| i32::from_le_bytes(*four));
    OffsetBuffer::new(std::iter::once(0).chain(ends).collect::<Vec<i32>>().into())
}

fn text(strings: &Strings, nulls: Option<NullBuffer>) -> Result<StringArray, String> {
    StringArray::try_new(offsets(strings), Buffer::from(strings.bytes.as_slice()), nulls)
        .map_err(|_| "a text of the file is not UTF-8".to_owned())
}

/// What a column of ours is in a file that is written.
pub fn kind(data_type: DataType) -> Kind {
    match data_type {
        DataType::Boolean => Kind::Boolean,
        DataType::SmallInt => Kind::Integer { bits: 16, signed: true },
        DataType::Integer => Kind::Integer { bits: 32, signed: true },
        DataType::BigInt => Kind::Integer { bits: 64, signed: true },
        DataType::Real => Kind::Float,
        DataType::Double => Kind::Double,
        DataType::Decimal { precision, scale } => Kind::Decimal { precision, scale },
        DataType::Date => Kind::Date,
        DataType::Time | DataType::TimeTz => Kind::Time,
        DataType::Timestamp => Kind::Timestamp { utc: false },
        DataType::TimestampTz => Kind::Timestamp { utc: true },
        DataType::Varbyte(_) => Kind::Binary,
        DataType::Super => Kind::Nested,
        DataType::Char(_)
        | DataType::Varchar(_)
        | DataType::Caseless { .. }
        | DataType::HllSketch
        | DataType::Unknown
        | DataType::Interval
        | DataType::IntervalTo(_) => Kind::Text,
    }
}

/// A column of ours as [`kind`] says.
pub fn column(array: &ArrayRef, data_type: DataType) -> Column {
    let rows = array.len();
    let valid = (array.null_count() > 0).then(|| {
        let mut valid = vec![0_u8; rows.div_ceil(8)];
        (0..rows).filter(|row| array.is_valid(*row)).for_each(|row| valid[row / 8] |= 1 << (row % 8));
        valid
    });
    let width = kind(data_type).width();
    let (mut fixed, mut strings) = (Vec::with_capacity(rows * width.unwrap_or(0)), Strings::default());
    for row in 0..rows {
        let value = value_at(array, data_type, row);
        match &value {
            Value::Null => match width {
                Some(width) => fixed.resize(fixed.len() + width, 0),
                None => strings.push(b""),
            },
            Value::Boolean(flag) => fixed.push(u8::from(*flag)),
            Value::SmallInt(value) => fixed.extend_from_slice(&i32::from(*value).to_le_bytes()),
            Value::Integer(value) | Value::Date(value) => fixed.extend_from_slice(&value.to_le_bytes()),
            Value::BigInt(value) | Value::Time(value) | Value::Timestamp(value) => {
                fixed.extend_from_slice(&value.to_le_bytes());
            }
            Value::Real(value) => fixed.extend_from_slice(&value.to_le_bytes()),
            Value::Double(value) => fixed.extend_from_slice(&value.to_le_bytes()),
            Value::Decimal { unscaled, .. } => fixed.extend_from_slice(&unscaled.to_le_bytes()),
            Value::Varbyte(bytes) => strings.push(bytes),
            Value::String(text) if data_type == DataType::Super => {
                strings.push(json::printed(text).as_bytes())
            }
            Value::String(text) => strings.push(text.as_bytes()),
            Value::Interval { .. } => {
                strings.push(display_value(&value, data_type).unwrap_or_default().as_bytes());
            }
        }
    }
    let data = if width.is_some() { Data::Fixed(fixed) } else { Data::Strings(strings) };
    Column { rows: rows as u32, valid, data }
}

/// Whether a file's column can fill a column of this type. The product wants the very type; that it takes no
/// narrower one is what its users report and else unconfirmed.
pub fn fits(kind: Kind, target: DataType) -> bool {
    match (kind, target.text()) {
        (_, DataType::Super)
        | (Kind::Boolean, DataType::Boolean)
        | (Kind::Float, DataType::Real)
        | (Kind::Double, DataType::Double)
        | (Kind::Date, DataType::Date)
        | (Kind::Time, DataType::Time | DataType::TimeTz)
        | (Kind::Timestamp { .. }, DataType::Timestamp | DataType::TimestampTz)
        | (Kind::Text | Kind::Binary, DataType::Char(_) | DataType::Varchar(_))
        | (Kind::Binary, DataType::Varbyte(_)) => true,
        (Kind::Nested, DataType::Varchar(_)) => true,
        (Kind::Integer { bits, signed }, DataType::SmallInt) => bits < 16 || (bits == 16 && signed),
        (Kind::Integer { bits, signed }, DataType::Integer) => bits < 32 || (bits == 32 && signed),
        (Kind::Integer { bits, signed }, DataType::BigInt) => bits == 64 && signed || bits == 32 && !signed,
        (Kind::Decimal { precision, scale }, DataType::Decimal { precision: most, scale: wanted }) => {
            scale == wanted && precision <= most
        }
        _ => false,
    }
}

/// What a file's column would not fit into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    Type,
    /// A text of so many bytes is longer than its column.
    Length {
        data: usize,
    },
    /// A text that is not UTF-8.
    Bytes,
}

/// What becomes of a text that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surplus {
    Refused,
    Cut,
    Null,
}

/// A file's column in the layout of a table's.
///
/// # Errors
/// The types do not fit, or a text does not.
pub fn into_column(
    array: &ArrayRef,
    kind: Kind,
    target: DataType,
    surplus: Surplus,
) -> Result<ArrayRef, Misfit> {
    if !fits(kind, target) {
        return Err(Misfit::Type);
    }
    let from = data_type(kind);
    Ok(match target.text() {
        DataType::Char(most) | DataType::Varchar(most) => {
            let array = match kind {
                Kind::Binary => {
                    let cells = array.as_binary::<i32>().iter();
                    let cells = cells.map(|cell| cell.map(std::str::from_utf8).transpose());
                    let cells: Result<StringArray, _> = cells.collect();
                    Arc::new(cells.map_err(|_| Misfit::Bytes)?)
                }
                _ => array.clone(),
            };
            fitted(&array, most as usize, matches!(target.text(), DataType::Char(_)), surplus)?
        }
        DataType::Super if kind != Kind::Nested => {
            let cells = (0..array.len()).map(|row| to_super(&value_at(array, from, row), from));
            let cells = cells.map(|cell| cell.and_then(|text| json::normalize(&text)));
            Arc::new(cells.collect::<StringArray>())
        }
        DataType::Integer if from == DataType::SmallInt => {
            let small = array.as_primitive::<arrow::datatypes::Int16Type>();
            Arc::new(small.iter().map(|value| value.map(i32::from)).collect::<Int32Array>())
        }
        DataType::Decimal { precision, scale } => {
            let decimals = array.as_primitive::<arrow::datatypes::Decimal128Type>().clone();
            Arc::new(decimals.with_precision_and_scale(precision, scale as i8).map_err(|_| Misfit::Type)?)
        }
        DataType::Super => {
            let documents = plain(array);
            let documents = documents.as_string::<i32>().iter();
            Arc::new(documents.map(|text| text.and_then(json::normalize)).collect::<StringArray>())
        }
        _ => array.clone(),
    })
}

/// Strings of at most so many bytes; CHAR's blanks at the end do not count, and it has them to its end.
fn fitted(array: &ArrayRef, most: usize, padded: bool, surplus: Surplus) -> Result<ArrayRef, Misfit> {
    let shape = |text: &str| -> Result<Option<usize>, Misfit> {
        let text = if padded { text.trim_end_matches(' ') } else { text };
        match (text.len(), surplus) {
            (length, _) if length <= most => Ok(Some(length)),
            (_, Surplus::Cut) => Ok(Some(text.floor_char_boundary(most))),
            (_, Surplus::Null) => Ok(None),
            (data, Surplus::Refused) => Err(Misfit::Length { data }),
        }
    };
    let values = match array.data_type() {
        ArrowType::Dictionary(_, _) => array.as_dictionary::<Int32Type>().values().clone(),
        _ => array.clone(),
    };
    let mut all_fit = !padded;
    for text in values.as_string::<i32>().iter().flatten() {
        all_fit &= shape(text)? == Some(text.len());
    }
    if all_fit {
        return Ok(array.clone());
    }
    // What is cut may be alike, and a dictionary's strings must differ.
    let strings = plain(array);
    let cells = strings.as_string::<i32>().iter().map(|cell| {
        let Some(text) = cell else { return Ok(None) };
        let Some(length) = shape(text)? else { return Ok(None) };
        let text = &text[..length];
        Ok(Some(if padded { format!("{text:most$}") } else { text.to_owned() }))
    });
    let cells: Result<StringArray, Misfit> = cells.collect();
    Ok(Arc::new(cells?))
}

/// A value as a SUPER holds it; `None` is NULL.
fn to_super(value: &Value, data_type: DataType) -> Option<String> {
    let shown = display_value(value, data_type)?;
    Some(match value {
        Value::Boolean(_)
        | Value::SmallInt(_)
        | Value::Integer(_)
        | Value::BigInt(_)
        | Value::Decimal { .. } => shown,
        Value::Real(real) if real.is_finite() => format!("{real:e}"),
        Value::Double(double) if double.is_finite() => format!("{double:e}"),
        _ => {
            let mut out = String::new();
            json::quote(&shown, &mut out);
            out
        }
    })
}
