//! A block as bytes, for the store that outlives the tab.
//!
//! One tag for the layout, the row count, an optional validity bitmap, then the values little-endian. Written
//! once and never changed, so there is nothing here but writing and reading.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BinaryArray, BooleanArray, Decimal128Array,
    DictionaryArray, Int32Array, PrimitiveArray, StringArray,
};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{
    DataType as ArrowType, Date32Type, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type,
    IntervalMonthDayNano, IntervalMonthDayNanoType, Time64MicrosecondType, TimestampMicrosecondType,
};

/// The bytes of a column.
pub fn encode(array: &ArrayRef) -> Vec<u8> {
    let mut out = Vec::with_capacity(array.len() * 8 + 16);
    write(array, &mut out);
    out
}

/// The column that [`encode`] wrote; `None` when the bytes are not one.
pub fn decode(bytes: &[u8]) -> Option<ArrayRef> {
    let mut input = Input(bytes);
    let array = read(&mut input)?;
    input.0.is_empty().then_some(array)
}

fn write(array: &ArrayRef, out: &mut Vec<u8>) {
    let tag = match array.data_type() {
        ArrowType::Int16 => 1,
        ArrowType::Int32 => 2,
        ArrowType::Int64 => 3,
        ArrowType::Decimal128(_, _) => 4,
        ArrowType::Float32 => 5,
        ArrowType::Float64 => 6,
        ArrowType::Boolean => 7,
        ArrowType::Date32 => 8,
        ArrowType::Time64(_) => 9,
        ArrowType::Timestamp(_, _) => 10,
        ArrowType::Interval(_) => 11,
        ArrowType::Binary => 12,
        ArrowType::Dictionary(_, _) => 13,
        _ => 14,
    };
    out.push(tag);
    out.extend((array.len() as u32).to_le_bytes());
    match array.nulls() {
        Some(nulls) => {
            out.push(1);
            bits(nulls.inner(), out);
        }
        None => out.push(0),
    }
    match tag {
        1 => array.as_primitive::<Int16Type>().values().iter().for_each(|v| out.extend(v.to_le_bytes())),
        2 => array.as_primitive::<Int32Type>().values().iter().for_each(|v| out.extend(v.to_le_bytes())),
        3 => array.as_primitive::<Int64Type>().values().iter().for_each(|v| out.extend(v.to_le_bytes())),
        4 => {
            let array: &Decimal128Array = array.as_primitive();
            out.push(array.precision());
            out.push(array.scale() as u8);
            array.values().iter().for_each(|v| out.extend(v.to_le_bytes()));
        }
        5 => array.as_primitive::<Float32Type>().values().iter().for_each(|v| out.extend(v.to_le_bytes())),
        6 => array.as_primitive::<Float64Type>().values().iter().for_each(|v| out.extend(v.to_le_bytes())),
        7 => bits(array.as_boolean().values(), out),
        8 => array.as_primitive::<Date32Type>().values().iter().for_each(|v| out.extend(v.to_le_bytes())),
        9 => array
            .as_primitive::<Time64MicrosecondType>()
            .values()
            .iter()
            .for_each(|v| out.extend(v.to_le_bytes())),
        10 => array
            .as_primitive::<TimestampMicrosecondType>()
            .values()
            .iter()
            .for_each(|v| out.extend(v.to_le_bytes())),
        11 => array.as_primitive::<IntervalMonthDayNanoType>().values().iter().for_each(|v| {
            out.extend(v.months.to_le_bytes());
            out.extend(v.days.to_le_bytes());
            out.extend(v.nanoseconds.to_le_bytes());
        }),
        12 => {
            let array = array.as_binary::<i32>();
            texts(array.value_offsets(), array.value_data(), out);
        }
        13 => {
            let array: &DictionaryArray<Int32Type> = array.as_dictionary();
            let values = array.values().as_string::<i32>();
            out.extend((values.len() as u32).to_le_bytes());
            texts(values.value_offsets(), values.value_data(), out);
            let wide = values.len() > 256;
            for key in array.keys().values() {
                if wide {
                    out.extend((*key as u16).to_le_bytes());
                } else {
                    out.push(*key as u8);
                }
            }
        }
        _ => {
            let array = array.as_string::<i32>();
            texts(array.value_offsets(), array.value_data(), out);
        }
    }
}

fn bits(buffer: &BooleanBuffer, out: &mut Vec<u8>) {
    let mut byte = 0u8;
    for (at, bit) in buffer.iter().enumerate() {
        byte |= u8::from(bit) << (at % 8);
        if at % 8 == 7 {
            out.push(byte);
            byte = 0;
        }
    }
    if !buffer.len().is_multiple_of(8) {
        out.push(byte);
    }
}

/// Lengths, then the bytes: a sliced array writes its own part only.
fn texts(offsets: &[i32], data: &[u8], out: &mut Vec<u8>) {
    for pair in offsets.windows(2) {
        out.extend(((pair[1] - pair[0]) as u32).to_le_bytes());
    }
    if let (Some(first), Some(last)) = (offsets.first(), offsets.last()) {
        out.extend(&data[*first as usize..*last as usize]);
    }
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn number(&mut self) -> Option<usize> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?) as usize)
    }

    fn fixed<const N: usize, V>(&mut self, rows: usize, value: impl Fn([u8; N]) -> V) -> Option<Vec<V>> {
        let bytes = self.take(rows.checked_mul(N)?)?;
        Some(bytes.as_chunks::<N>().0.iter().map(|chunk| value(*chunk)).collect())
    }

    fn bits(&mut self, rows: usize) -> Option<BooleanBuffer> {
        let bytes = self.take(rows.div_ceil(8))?;
        Some(BooleanBuffer::new(Buffer::from_vec(bytes.to_vec()), 0, rows))
    }

    fn texts(&mut self, rows: usize) -> Option<(OffsetBuffer<i32>, Buffer)> {
        let lengths = self.fixed(rows, u32::from_le_bytes)?;
        let mut offsets = Vec::with_capacity(rows + 1);
        let mut end = 0i32;
        offsets.push(end);
        for length in lengths {
            end = end.checked_add(i32::try_from(length).ok()?)?;
            offsets.push(end);
        }
        let data = self.take(end as usize)?;
        Some((OffsetBuffer::new(ScalarBuffer::from(offsets)), Buffer::from_vec(data.to_vec())))
    }
}

fn read(input: &mut Input<'_>) -> Option<ArrayRef> {
    let tag = input.byte()?;
    let rows = input.number()?;
    let nulls = match input.byte()? {
        0 => None,
        _ => Some(NullBuffer::new(input.bits(rows)?)),
    };
    Some(match tag {
        1 => primitive::<Int16Type>(input.fixed(rows, i16::from_le_bytes)?, nulls),
        2 => primitive::<Int32Type>(input.fixed(rows, i32::from_le_bytes)?, nulls),
        3 => primitive::<Int64Type>(input.fixed(rows, i64::from_le_bytes)?, nulls),
        4 => {
            let (precision, scale) = (input.byte()?, input.byte()? as i8);
            let values = input.fixed(rows, i128::from_le_bytes)?;
            Arc::new(
                Decimal128Array::new(ScalarBuffer::from(values), nulls)
                    .with_precision_and_scale(precision, scale)
                    .ok()?,
            )
        }
        5 => primitive::<Float32Type>(input.fixed(rows, f32::from_le_bytes)?, nulls),
        6 => primitive::<Float64Type>(input.fixed(rows, f64::from_le_bytes)?, nulls),
        7 => Arc::new(BooleanArray::new(input.bits(rows)?, nulls)),
        8 => primitive::<Date32Type>(input.fixed(rows, i32::from_le_bytes)?, nulls),
        9 => primitive::<Time64MicrosecondType>(input.fixed(rows, i64::from_le_bytes)?, nulls),
        10 => primitive::<TimestampMicrosecondType>(input.fixed(rows, i64::from_le_bytes)?, nulls),
        11 => {
            let values = input.fixed(rows, |bytes: [u8; 16]| {
                let [a, b, c, d, e, f, g, h, nanos @ ..] = bytes;
                IntervalMonthDayNano::new(
                    i32::from_le_bytes([a, b, c, d]),
                    i32::from_le_bytes([e, f, g, h]),
                    i64::from_le_bytes(nanos),
                )
            })?;
            primitive::<IntervalMonthDayNanoType>(values, nulls)
        }
        12 => {
            let (offsets, data) = input.texts(rows)?;
            Arc::new(BinaryArray::try_new(offsets, data, nulls).ok()?)
        }
        13 => {
            let distinct = input.number()?;
            let (offsets, data) = input.texts(distinct)?;
            let values = StringArray::try_new(offsets, data, None).ok()?;
            let keys: Vec<i32> = if distinct > 256 {
                input.fixed(rows, |bytes| i32::from(u16::from_le_bytes(bytes)))?
            } else {
                input.take(rows)?.iter().map(|key| i32::from(*key)).collect()
            };
            let keys = Int32Array::new(ScalarBuffer::from(keys), nulls);
            Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::new(values)).ok()?)
        }
        14 => {
            let (offsets, data) = input.texts(rows)?;
            Arc::new(StringArray::try_new(offsets, data, nulls).ok()?)
        }
        _ => return None,
    })
}

fn primitive<T: ArrowPrimitiveType>(values: Vec<T::Native>, nulls: Option<NullBuffer>) -> ArrayRef {
    Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::from(values), nulls))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_comes_back_as_it_was() {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int32Array::from(vec![Some(1), None, Some(-7)])),
            Arc::new(BooleanArray::from(vec![Some(true), Some(false), None])),
            Arc::new(StringArray::from(vec![Some("한글"), None, Some("")])),
            Arc::new(
                Decimal128Array::from(vec![Some(12_345), None]).with_precision_and_scale(10, 2).unwrap(),
            ),
            Arc::new(
                vec![Some("a"), None, Some("b"), Some("a")]
                    .into_iter()
                    .collect::<DictionaryArray<Int32Type>>(),
            ),
        ];
        for column in columns {
            assert_eq!(&decode(&encode(&column)).unwrap(), &column);
            let part = column.slice(1, column.len() - 1);
            assert_eq!(&decode(&encode(&part)).unwrap(), &part);
        }
    }

    #[test]
    fn broken_bytes_are_refused() {
        let column: ArrayRef = Arc::new(StringArray::from(vec!["one", "two"]));
        let bytes = encode(&column);
        for end in 0..bytes.len() {
            assert!(decode(&bytes[..end]).is_none(), "cut at {end}");
        }
        assert!(decode(&[99, 0, 0, 0, 0, 0]).is_none());
    }
}
