//! Typed columns while they are being read.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array,
    Int16Array, Int32Array, Int64Array, Time64MicrosecondArray, TimestampMicrosecondArray,
};
use arrow::buffer::{BooleanBuffer, NullBuffer, OffsetBuffer, ScalarBuffer};

use super::error::Fault;
use super::number;
use super::options::Options;
use super::text::TextColumn;
use super::time;
use crate::sql::json;
use crate::warehouse::data_type::DataType;

/// A column that fields are loaded into.
#[derive(Clone, Debug)]
pub struct LoadColumn {
    pub name: String,
    pub data_type: DataType,
    pub nullable: bool,
    /// A NOT NULL column with a default takes it for a NULL field.
    pub has_default: bool,
}

/// Values and the row numbers of NULLs.
#[derive(Default)]
pub struct Values<T> {
    values: Vec<T>,
    nulls: Vec<u32>,
}

impl<T: Copy + Default> Values<T> {
    #[inline]
    fn push(&mut self, value: T) {
        self.values.push(value);
    }

    fn push_null(&mut self) {
        self.nulls.push(self.values.len() as u32);
        self.values.push(T::default());
    }

    fn truncate(&mut self, rows: usize) {
        self.values.truncate(rows);
        while self.nulls.last().is_some_and(|row| *row as usize >= rows) {
            self.nulls.pop();
        }
    }

    fn take(&mut self) -> (Vec<T>, Option<NullBuffer>) {
        let rows = self.values.len();
        let values = std::mem::replace(&mut self.values, Vec::with_capacity(rows));
        let nulls = null_buffer(&std::mem::take(&mut self.nulls), rows);
        (values, nulls)
    }
}

/// `None` when no row is NULL.
pub fn null_buffer(nulls: &[u32], rows: usize) -> Option<NullBuffer> {
    if nulls.is_empty() {
        return None;
    }
    let mut valid = vec![true; rows];
    for row in nulls {
        valid[*row as usize] = false;
    }
    Some(NullBuffer::new(BooleanBuffer::from(valid)))
}

/// One builder for each physical layout.
pub enum Builder {
    SmallInt(Values<i16>),
    Integer(Values<i32>),
    BigInt(Values<i64>),
    Decimal {
        values: Values<i128>,
        precision: u8,
        scale: u8,
    },
    Real(Values<f32>),
    Double(Values<f64>),
    Boolean(Values<bool>),
    Date(Values<i32>),
    Time(Values<i64>),
    Timestamp {
        values: Values<i64>,
        zoned: bool,
    },
    Char {
        text: TextColumn,
        length: u32,
    },
    Varchar {
        text: TextColumn,
        length: u32,
    },
    /// JSON text.
    Super(TextColumn),
    /// Written in hexadecimal digits.
    Varbyte(Box<Bytes>),
}

/// Byte strings one behind the other.
pub struct Bytes {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Values<i32>,
    most: usize,
}

impl Bytes {
    fn push(&mut self, field: &[u8]) -> Result<(), Fault> {
        let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8).ok_or(Fault::Hex);
        let (pairs, []) = field.as_chunks::<2>() else { return Err(Fault::Hex) };
        if pairs.len() > self.most {
            return Err(Fault::TooLong(DataType::Varbyte(self.most as u32)));
        }
        let start = self.bytes.len();
        for [high, low] in pairs {
            match (digit(*high), digit(*low)) {
                (Ok(high), Ok(low)) => self.bytes.push(high << 4 | low),
                _ => {
                    self.bytes.truncate(start);
                    return Err(Fault::Hex);
                }
            }
        }
        self.ends.push(self.bytes.len() as i32);
        Ok(())
    }

    fn push_null(&mut self) {
        self.ends.push_null();
        if let Some(end) = self.ends.values.last_mut() {
            *end = self.bytes.len() as i32;
        }
    }

    fn truncate(&mut self, rows: usize) {
        self.ends.truncate(rows);
        self.bytes.truncate(self.ends.values.last().map_or(0, |end| *end as usize));
    }

    fn take(&mut self) -> Option<ArrayRef> {
        let (ends, nulls) = self.ends.take();
        let offsets: Vec<i32> = std::iter::once(0).chain(ends).collect();
        let bytes = std::mem::take(&mut self.bytes).into();
        Some(Arc::new(BinaryArray::try_new(OffsetBuffer::new(offsets.into()), bytes, nulls).ok()?))
    }
}

impl Builder {
    /// `None` for types that COPY cannot fill here (INTERVAL, HLLSKETCH).
    pub fn new(data_type: DataType) -> Option<Self> {
        Some(match data_type.text() {
            DataType::SmallInt => Builder::SmallInt(Values::default()),
            DataType::Integer => Builder::Integer(Values::default()),
            DataType::BigInt => Builder::BigInt(Values::default()),
            DataType::Decimal { precision, scale } => {
                Builder::Decimal { values: Values::default(), precision, scale }
            }
            DataType::Real => Builder::Real(Values::default()),
            DataType::Double => Builder::Double(Values::default()),
            DataType::Boolean => Builder::Boolean(Values::default()),
            DataType::Date => Builder::Date(Values::default()),
            DataType::Time | DataType::TimeTz => Builder::Time(Values::default()),
            DataType::Timestamp => Builder::Timestamp { values: Values::default(), zoned: false },
            DataType::TimestampTz => Builder::Timestamp { values: Values::default(), zoned: true },
            DataType::Char(length) => Builder::Char { text: TextColumn::new(), length },
            DataType::Varchar(length) => Builder::Varchar { text: TextColumn::new(), length },
            DataType::Super => Builder::Super(TextColumn::new()),
            DataType::Varbyte(length) => {
                let most = length as usize;
                Builder::Varbyte(Box::new(Bytes { bytes: Vec::new(), ends: Values::default(), most }))
            }
            DataType::Interval
            | DataType::IntervalTo(_)
            | DataType::HllSketch
            | DataType::Caseless { .. }
            | DataType::Unknown => {
                return None;
            }
        })
    }

    /// Whether an empty field is an empty string rather than NULL.
    pub fn is_text(&self) -> bool {
        matches!(self, Builder::Char { .. } | Builder::Varchar { .. } | Builder::Varbyte(_))
    }

    pub fn is_super(&self) -> bool {
        matches!(self, Builder::Super(_))
    }

    /// Adds a field. `valid` says that the file is known to be UTF-8.
    ///
    /// # Errors
    /// The text is no value of the type; nothing was added then.
    #[inline]
    pub fn push(&mut self, field: &[u8], options: &Options, valid: bool) -> Result<(), Fault> {
        match self {
            Builder::SmallInt(values) => {
                values
                    .push(number::integer(field, i64::from(i16::MIN), i64::from(i16::MAX), "Short")? as i16);
            }
            Builder::Integer(values) => {
                values.push(number::integer(field, i64::from(i32::MIN), i64::from(i32::MAX), "Integer")? as i32);
            }
            Builder::BigInt(values) => values.push(number::integer(field, i64::MIN, i64::MAX, "Long")?),
            Builder::Decimal { values, precision, scale } => {
                values.push(number::decimal(field, *precision, *scale, options.round_decimals)?);
            }
            Builder::Real(values) => values.push(number::float(field)? as f32),
            Builder::Double(values) => values.push(number::float(field)?),
            Builder::Boolean(values) => values.push(number::boolean(field)?),
            Builder::Date(values) => match time::date(field, &options.date) {
                Ok(value) => values.push(value),
                Err(_) if options.accept_any_date => values.push_null(),
                Err(fault) => return Err(fault),
            },
            Builder::Time(values) => values.push(time::time_of_day(&String::from_utf8_lossy(field))?),
            Builder::Timestamp { values, zoned } => match time::timestamp(field, &options.time, *zoned) {
                Ok(value) => values.push(value),
                Err(_) if options.accept_any_date => values.push_null(),
                Err(fault) => return Err(fault),
            },
            Builder::Varchar { text, length } => {
                let most = *length as usize;
                if valid && field.len() <= most && !options.trim_blanks {
                    text.push(field);
                } else {
                    text.push(&fitted(field, DataType::Varchar(*length), most, options)?);
                }
            }
            Builder::Char { text, length } => {
                if let Some(at) = field.iter().position(|byte| !byte.is_ascii()) {
                    let end =
                        (at + 1..field.len()).find(|at| field[*at] & 0xc0 != 0x80).unwrap_or(field.len());
                    let hex: Vec<String> = field[at..end].iter().map(|byte| format!("{byte:02x}")).collect();
                    return Err(Fault::Multibyte { hex: hex.join(" ") });
                }
                let most = *length as usize;
                // Trailing blanks do not count, and the column has them to its end; ASCII is UTF-8.
                let mut padded = match field.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1)
                {
                    used if used <= most => field[..used].to_vec(),
                    _ => fitted(field, DataType::Char(*length), most, options)?,
                };
                padded.resize(most, b' ');
                text.push(&padded);
            }
            Builder::Varbyte(bytes) => bytes.push(field)?,
            Builder::Super(text) => {
                let document = match valid {
                    true => std::str::from_utf8(field).ok().and_then(json::normalize),
                    false => {
                        let mended = fitted(field, DataType::Super, usize::MAX, options)?;
                        std::str::from_utf8(&mended).ok().and_then(json::normalize)
                    }
                };
                text.push(document.ok_or(Fault::Super)?.as_bytes());
            }
        }
        Ok(())
    }

    pub fn push_null(&mut self) {
        match self {
            Builder::SmallInt(values) => values.push_null(),
            Builder::Integer(values) | Builder::Date(values) => values.push_null(),
            Builder::BigInt(values) | Builder::Time(values) | Builder::Timestamp { values, .. } => {
                values.push_null()
            }
            Builder::Decimal { values, .. } => values.push_null(),
            Builder::Real(values) => values.push_null(),
            Builder::Double(values) => values.push_null(),
            Builder::Boolean(values) => values.push_null(),
            Builder::Varbyte(bytes) => bytes.push_null(),
            Builder::Char { text, .. } | Builder::Varchar { text, .. } | Builder::Super(text) => {
                text.push_null()
            }
        }
    }

    /// Forgets all rows from `rows` on: a line that turned out to be bad.
    pub fn truncate(&mut self, rows: usize) {
        match self {
            Builder::SmallInt(values) => values.truncate(rows),
            Builder::Integer(values) | Builder::Date(values) => values.truncate(rows),
            Builder::BigInt(values) | Builder::Time(values) | Builder::Timestamp { values, .. } => {
                values.truncate(rows)
            }
            Builder::Decimal { values, .. } => values.truncate(rows),
            Builder::Real(values) => values.truncate(rows),
            Builder::Double(values) => values.truncate(rows),
            Builder::Boolean(values) => values.truncate(rows),
            Builder::Varbyte(bytes) => bytes.truncate(rows),
            Builder::Char { text, .. } | Builder::Varchar { text, .. } | Builder::Super(text) => {
                text.truncate(rows)
            }
        }
    }

    /// The rows collected so far; begins anew. `None` is a bug of ours.
    pub fn take(&mut self) -> Option<ArrayRef> {
        Some(match self {
            Builder::SmallInt(values) => {
                let (values, nulls) = values.take();
                Arc::new(Int16Array::new(ScalarBuffer::from(values), nulls))
            }
            Builder::Integer(values) => {
                let (values, nulls) = values.take();
                Arc::new(Int32Array::new(ScalarBuffer::from(values), nulls))
            }
            Builder::BigInt(values) => {
                let (values, nulls) = values.take();
                Arc::new(Int64Array::new(ScalarBuffer::from(values), nulls))
            }
            Builder::Decimal { values, precision, scale } => {
                let (values, nulls) = values.take();
                let array = Decimal128Array::new(ScalarBuffer::from(values), nulls);
                Arc::new(array.with_precision_and_scale(*precision, *scale as i8).ok()?)
            }
            Builder::Real(values) => {
                let (values, nulls) = values.take();
                Arc::new(Float32Array::new(ScalarBuffer::from(values), nulls))
            }
            Builder::Double(values) => {
                let (values, nulls) = values.take();
                Arc::new(Float64Array::new(ScalarBuffer::from(values), nulls))
            }
            Builder::Boolean(values) => {
                let (values, nulls) = values.take();
                Arc::new(BooleanArray::new(BooleanBuffer::from(values), nulls))
            }
            Builder::Date(values) => {
                let (values, nulls) = values.take();
                Arc::new(Date32Array::new(ScalarBuffer::from(values), nulls))
            }
            Builder::Time(values) => {
                let (values, nulls) = values.take();
                Arc::new(Time64MicrosecondArray::new(ScalarBuffer::from(values), nulls))
            }
            Builder::Timestamp { values, .. } => {
                let (values, nulls) = values.take();
                Arc::new(TimestampMicrosecondArray::new(ScalarBuffer::from(values), nulls))
            }
            Builder::Char { text, .. } | Builder::Varchar { text, .. } | Builder::Super(text) => {
                text.take()?
            }
            Builder::Varbyte(bytes) => bytes.take()?,
        })
    }
}

/// A string made to fit: checked or mended UTF-8, trimmed and cut where that was asked for.
fn fitted(field: &[u8], data_type: DataType, most: usize, options: &Options) -> Result<Vec<u8>, Fault> {
    let mut text = field.to_vec();
    while let Err(error) = std::str::from_utf8(&text) {
        let at = error.valid_up_to();
        let length = error.error_len().unwrap_or(text.len() - at);
        match options.replace_invalid {
            Some(mark) => text[at..at + length].fill(mark),
            None => {
                let hex: Vec<String> =
                    text[at..at + length].iter().map(|byte| format!("{byte:02x}")).collect();
                return Err(Fault::Utf8 { hex: hex.join(" ") });
            }
        }
    }
    if options.trim_blanks && matches!(data_type.text(), DataType::Varchar(_)) {
        text.truncate(text.trim_ascii_end().len());
    }
    // CHAR's trailing blanks do not count.
    if matches!(data_type, DataType::Char(_)) {
        text.truncate(text.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1));
    }
    if text.len() > most {
        if !options.truncate_columns {
            return Err(Fault::TooLong(data_type));
        }
        let mut end = most;
        while end > 0 && text[end] & 0xc0 == 0x80 {
            end -= 1;
        }
        text.truncate(end);
    }
    Ok(text)
}
