//! How functions read their argument columns and build their answers.
//!
//! Loops are typed and touch no heap but the output's own; strings are read the same way whether they lie
//! plain or dictionary-encoded.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, BooleanBufferBuilder, DictionaryArray, Int32Array,
    PrimitiveArray, StringArray, StringBuilder,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType as ArrowType, Int32Type};

use super::Call;
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::data_type::DataType;

/// A string column in either layout. CHAR is read without its trailing blanks, as PostgreSQL does when a
/// `bpchar` becomes `text`.
pub struct Text<'a> {
    layout: Layout<'a>,
    blank_padded: bool,
}

enum Layout<'a> {
    Plain(&'a StringArray),
    Dictionary { codes: &'a Int32Array, words: &'a StringArray },
}

impl<'a> Text<'a> {
    pub fn of(array: &'a ArrayRef, data_type: DataType) -> SqlResult<Text<'a>> {
        let layout = if let Some(plain) = array.as_any().downcast_ref::<StringArray>() {
            Layout::Plain(plain)
        } else if let Some(dictionary) = array.as_any().downcast_ref::<DictionaryArray<Int32Type>>() {
            let words = dictionary.values().as_any().downcast_ref::<StringArray>();
            Layout::Dictionary { codes: dictionary.keys(), words: words.ok_or_else(|| mismatch(array))? }
        } else {
            return Err(mismatch(array));
        };
        Ok(Text { layout, blank_padded: matches!(data_type, DataType::Char(_)) })
    }

    /// The text of a row; `None` is NULL.
    pub fn get(&self, row: usize) -> Option<&'a str> {
        let text = match self.layout {
            Layout::Plain(plain) => plain.is_valid(row).then(|| plain.value(row))?,
            Layout::Dictionary { codes, words } => {
                let code = usize::try_from(codes.is_valid(row).then(|| codes.value(row))?).ok()?;
                words.is_valid(code).then(|| words.value(code))?
            }
        };
        Some(if self.blank_padded { text.trim_end_matches(' ') } else { text })
    }
}

fn mismatch(array: &ArrayRef) -> SqlError {
    SqlError::bug(format!("a function was handed a column of layout {}", array.data_type()))
}

impl<'a> Call<'a> {
    /// Argument `index` as text.
    pub fn text(&self, index: usize) -> SqlResult<Text<'a>> {
        let array = self.argument(index)?;
        Text::of(array, self.argument_types.get(index).copied().unwrap_or(DataType::Unknown))
    }

    pub fn primitive<T: ArrowPrimitiveType>(&self, index: usize) -> SqlResult<&'a PrimitiveArray<T>> {
        let array = self.argument(index)?;
        array.as_any().downcast_ref().ok_or_else(|| mismatch(array))
    }

    pub fn boolean(&self, index: usize) -> SqlResult<&'a BooleanArray> {
        let array = self.argument(index)?;
        array.as_any().downcast_ref().ok_or_else(|| mismatch(array))
    }

    pub fn argument(&self, index: usize) -> SqlResult<&'a ArrayRef> {
        self.arguments.get(index).ok_or_else(|| SqlError::bug("a function was handed too few arguments"))
    }

    pub fn data_type(&self, index: usize) -> DataType {
        self.argument_types.get(index).copied().unwrap_or(DataType::Unknown)
    }

    /// NULL where any argument is.
    pub fn nulls(&self) -> Option<NullBuffer> {
        self.arguments.iter().fold(None, |all, array| NullBuffer::union(all.as_ref(), array.nulls()))
    }
}

/// A value of a primitive column, or `None`.
pub fn at<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    array.is_valid(row).then(|| array.value(row))
}

/// A primitive column computed row by row; `f` is asked only where no argument is NULL.
pub fn build<T: ArrowPrimitiveType>(
    call: &Call<'_>,
    mut f: impl FnMut(usize) -> SqlResult<T::Native>,
) -> SqlResult<ArrayRef> {
    rows::<T>(call, &mut f)
}

// A call a row, and no loop for every function.
fn rows<T: ArrowPrimitiveType>(
    call: &Call<'_>,
    f: &mut dyn FnMut(usize) -> SqlResult<T::Native>,
) -> SqlResult<ArrayRef> {
    build_inline::<T>(call, f)
}

/// As [`build`], with a loop of its own: for what queries calculate in earnest.
pub fn build_inline<T: ArrowPrimitiveType>(
    call: &Call<'_>,
    mut f: impl FnMut(usize) -> SqlResult<T::Native>,
) -> SqlResult<ArrayRef> {
    let nulls = call.nulls();
    let mut values: Vec<T::Native> = Vec::with_capacity(call.rows);
    match &nulls {
        None => {
            for row in 0..call.rows {
                values.push(f(row)?);
            }
        }
        Some(nulls) => {
            for row in 0..call.rows {
                values.push(if nulls.is_valid(row) { f(row)? } else { T::Native::default() });
            }
        }
    }
    Ok(finish::<T>(call.result, values, nulls))
}

/// As [`build`], where `f` may answer NULL itself and is asked for every row.
pub fn build_nullable<T: ArrowPrimitiveType>(
    call: &Call<'_>,
    mut f: impl FnMut(usize) -> SqlResult<Option<T::Native>>,
) -> SqlResult<ArrayRef> {
    nullable_rows::<T>(call, &mut f)
}

fn nullable_rows<T: ArrowPrimitiveType>(
    call: &Call<'_>,
    f: &mut dyn FnMut(usize) -> SqlResult<Option<T::Native>>,
) -> SqlResult<ArrayRef> {
    let mut values: Vec<T::Native> = Vec::with_capacity(call.rows);
    let mut valid = BooleanBufferBuilder::new(call.rows);
    for row in 0..call.rows {
        let value = f(row)?;
        valid.append(value.is_some());
        values.push(value.unwrap_or_default());
    }
    Ok(finish::<T>(call.result, values, Some(NullBuffer::new(valid.finish()))))
}

fn finish<T: ArrowPrimitiveType>(
    result: DataType,
    values: Vec<T::Native>,
    nulls: Option<NullBuffer>,
) -> ArrayRef {
    let array = PrimitiveArray::<T>::new(values.into(), nulls.filter(|nulls| nulls.null_count() > 0));
    match result.arrow() {
        // Precision, scale and unit are part of the layout.
        layout @ (ArrowType::Decimal128(..) | ArrowType::Timestamp(..)) => {
            Arc::new(array.with_data_type(layout))
        }
        _ => Arc::new(array),
    }
}

/// A BOOLEAN column; `f` answers `None` for NULL.
pub fn build_boolean(
    call: &Call<'_>,
    mut f: impl FnMut(usize) -> SqlResult<Option<bool>>,
) -> SqlResult<ArrayRef> {
    boolean_rows(call, &mut f)
}

// Behind a reference, as what follows is: a call a row costs less than the loop compiled anew for every function.
fn boolean_rows(call: &Call<'_>, f: &mut dyn FnMut(usize) -> SqlResult<Option<bool>>) -> SqlResult<ArrayRef> {
    let mut values = BooleanBufferBuilder::new(call.rows);
    let mut valid = BooleanBufferBuilder::new(call.rows);
    for row in 0..call.rows {
        let value = f(row)?;
        valid.append(value.is_some());
        values.append(value.unwrap_or_default());
    }
    let nulls = NullBuffer::new(valid.finish());
    Ok(Arc::new(BooleanArray::new(values.finish(), Some(nulls).filter(|nulls| nulls.null_count() > 0))))
}

/// A string column. `f` writes a row's text into the (empty) buffer and answers whether there is one.
pub fn build_text(
    call: &Call<'_>,
    mut f: impl FnMut(usize, &mut String) -> SqlResult<Option<()>>,
) -> SqlResult<ArrayRef> {
    text_rows(call, &mut f)
}

fn text_rows(
    call: &Call<'_>,
    f: &mut dyn FnMut(usize, &mut String) -> SqlResult<Option<()>>,
) -> SqlResult<ArrayRef> {
    let mut builder = StringBuilder::with_capacity(call.rows, call.rows * 8);
    let mut buffer = String::new();
    for row in 0..call.rows {
        buffer.clear();
        match f(row, &mut buffer)? {
            Some(()) => builder.append_value(&buffer),
            None => builder.append_null(),
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// A string column of slices of its arguments.
pub fn build_slices<'a>(
    call: &Call<'a>,
    mut f: impl FnMut(usize) -> SqlResult<Option<&'a str>>,
) -> SqlResult<ArrayRef> {
    slice_rows(call, &mut f)
}

fn slice_rows<'a>(
    call: &Call<'a>,
    f: &mut dyn FnMut(usize) -> SqlResult<Option<&'a str>>,
) -> SqlResult<ArrayRef> {
    let mut builder = StringBuilder::with_capacity(call.rows, call.rows * 8);
    for row in 0..call.rows {
        builder.append_option(f(row)?);
    }
    Ok(Arc::new(builder.finish()))
}

/// A string to a string, one argument: a dictionary's words are changed once, its codes are shared.
pub fn map_text(call: &Call<'_>, mut f: impl FnMut(&str, &mut String)) -> SqlResult<ArrayRef> {
    map_words(call, &mut f)
}

fn map_words(call: &Call<'_>, f: &mut dyn FnMut(&str, &mut String)) -> SqlResult<ArrayRef> {
    let array = call.argument(0)?;
    if let Some(dictionary) = array.as_any().downcast_ref::<DictionaryArray<Int32Type>>() {
        let words = dictionary.values();
        let inner = Call {
            arguments: std::slice::from_ref(words),
            argument_types: call.argument_types,
            result: call.result,
            rows: words.len(),
        };
        let words = map_plain(&inner, f)?;
        let codes = dictionary.keys().clone();
        return match DictionaryArray::try_new(codes, words) {
            Ok(array) => Ok(Arc::new(array)),
            Err(error) => Err(SqlError::bug(format!("a dictionary broke: {error}"))),
        };
    }
    map_plain(call, f)
}

fn map_plain(call: &Call<'_>, f: &mut dyn FnMut(&str, &mut String)) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build_text(call, |row, out| Ok(text.get(row).map(|text| f(text, out))))
}

/// `name` with a NULL anywhere is NULL: the rows' texts and what becomes of them.
pub fn invalid_parameter(message: impl Into<String>) -> SqlError {
    SqlError::product("22023", message)
}
