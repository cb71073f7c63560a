//! String functions that build a text or measure one. Positions count characters from 1, lengths of types
//! count bytes.

use arrow::array::ArrayRef;
use arrow::datatypes::Int32Type;

use super::Call;
use super::column::{build, build_slices, build_text, invalid_parameter, map_text};
use super::signature::Parameter::{Integer, Text};
use super::signature::{Answer, Entry, length};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::warehouse::data_type::DataType;

const INTEGER: Answer = Answer::Type(DataType::Integer);

pub static FUNCTIONS: &[Entry] = &[
    Entry::custom("+", plus_types, |call, _| concatenate(call)),
    Entry::custom("||", concatenation_types, |call, _| concatenate(call)),
    Entry::custom("concat", concatenation_types, |call, _| concatenate(call)),
    Entry::fixed("len", &[Text], INTEGER, characters),
    Entry::fixed("length", &[Text], INTEGER, characters),
    Entry::fixed("char_length", &[Text], INTEGER, characters),
    Entry::fixed("character_length", &[Text], INTEGER, characters),
    Entry::fixed("textlen", &[Text], INTEGER, characters),
    Entry::fixed("octet_length", &[Text], INTEGER, octets),
    Entry::fixed("upper", &[Text], Answer::LikeFirst, |call, _| {
        map_text(call, |text, out| out.extend(text.chars().map(upper)))
    }),
    Entry::fixed("lower", &[Text], Answer::LikeFirst, |call, _| {
        map_text(call, |text, out| out.extend(text.chars().map(lower)))
    }),
    Entry::fixed("initcap", &[Text], Answer::LikeFirst, |call, _| map_text(call, capitalize)),
    Entry::fixed("reverse", &[Text], Answer::LikeFirst, |call, _| {
        map_text(call, |text, out| out.extend(text.chars().rev()))
    }),
    Entry::fixed("substring", &[Text, Integer, Integer], Answer::LikeFirst, substring).optional(1),
    Entry::fixed("substr", &[Text, Integer, Integer], Answer::LikeFirst, substring).optional(1),
    Entry::fixed("left", &[Text, Integer], Answer::LikeFirst, |call, _| end_of(call, true)),
    Entry::fixed("right", &[Text, Integer], Answer::LikeFirst, |call, _| end_of(call, false)),
    Entry::fixed("strleft", &[Text, Integer], Answer::LikeFirst, |call, _| end_of(call, true)),
    Entry::fixed("strright", &[Text, Integer], Answer::LikeFirst, |call, _| end_of(call, false)),
    Entry::fixed("lpad", &[Text, Integer, Text], Answer::Text, |call, _| pad(call, true)).optional(1),
    Entry::fixed("rpad", &[Text, Integer, Text], Answer::Text, |call, _| pad(call, false)).optional(1),
    Entry::fixed("ltrim", &[Text, Text], Answer::LikeFirst, |call, _| trim(call, true, false)).optional(1),
    Entry::fixed("rtrim", &[Text, Text], Answer::LikeFirst, |call, _| trim(call, false, true)).optional(1),
    Entry::fixed("btrim", &[Text, Text], Answer::LikeFirst, |call, _| trim(call, true, true)).optional(1),
    Entry::fixed("trim", &[Text, Text], Answer::LikeFirst, |call, _| trim(call, true, true)).optional(1),
    Entry::fixed("repeat", &[Text, Integer], Answer::Text, repeat),
    Entry::fixed("replicate", &[Text, Integer], Answer::Text, repeat),
    Entry::fixed("chr", &[Integer], Answer::Type(DataType::Varchar(4)), character),
    Entry::fixed("ascii", &[Text], INTEGER, code_point),
];

type Accepted = Option<(Vec<DataType>, DataType)>;

/// `+` concatenates where both sides are strings.
fn plus_types(types: &[DataType]) -> Accepted {
    types.iter().all(|data_type| data_type.is_string()).then(|| concatenation_types(types)).flatten()
}

/// `||` and CONCAT: one side must be a string, the other may be what turns into one.
fn concatenation_types(types: &[DataType]) -> Accepted {
    let [left, right] = *types else { return None };
    if !left.is_string() && !right.is_string() {
        return None;
    }
    let arguments = vec![Text.accept(left)?, Text.accept(right)?];
    let bytes = arguments.iter().map(|data_type| length(*data_type)).sum::<u32>().min(DataType::VARCHAR_MAX);
    Some((arguments, DataType::Varchar(bytes)))
}

fn concatenate(call: &Call<'_>) -> SqlResult<ArrayRef> {
    let (left, right) = (call.text(0)?, call.text(1)?);
    build_text(call, |row, out| {
        let (Some(left), Some(right)) = (left.get(row), right.get(row)) else { return Ok(None) };
        out.push_str(left);
        out.push_str(right);
        Ok(Some(()))
    })
}

/// Trailing blanks of CHAR do not count.
fn characters(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build::<Int32Type>(call, |row| {
        let text = text.get(row).unwrap_or_default();
        Ok(if text.is_ascii() { text.len() } else { text.chars().count() } as i32)
    })
}

/// A CHAR is as long as it was declared: its trailing blanks are there, though they are not stored ("OCTET_LENGTH
/// function", usage notes).
fn octets(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    if let Some(DataType::Char(bytes)) = call.argument_types.first() {
        return build::<Int32Type>(call, |_| Ok(*bytes as i32));
    }
    build::<Int32Type>(call, |row| Ok(text.get(row).unwrap_or_default().len() as i32))
}

fn capitalize(text: &str, out: &mut String) {
    let mut inside = false;
    for letter in text.chars() {
        if inside {
            out.push(lower(letter));
        } else {
            out.push(upper(letter));
        }
        inside = letter.is_alphanumeric();
    }
}

/// The byte where character `index` (from 0) begins; the end when there are fewer.
pub fn byte_of(text: &str, index: usize) -> usize {
    if text.is_ascii() {
        return index.min(text.len());
    }
    text.char_indices().nth(index).map_or(text.len(), |(byte, _)| byte)
}

/// A start before 1 eats from the length: `substring('abc', 0, 2)` is `a`.
fn substring(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    let starts = call.primitive::<Int32Type>(1)?;
    let lengths = if call.arguments.len() > 2 { Some(call.primitive::<Int32Type>(2)?) } else { None };
    let nulls = call.nulls();
    build_slices(call, |row| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let Some(text) = text.get(row) else { return Ok(None) };
        let start = i64::from(starts.value(row));
        let first = start.max(1) - 1;
        let after = match lengths {
            None => i64::MAX,
            Some(lengths) if lengths.value(row) < 0 => {
                return Err(SqlError::product("22011", "negative substring length not allowed"));
            }
            Some(lengths) => start - 1 + i64::from(lengths.value(row)),
        };
        if after <= first {
            return Ok(Some(""));
        }
        let rest = &text[byte_of(text, first as usize)..];
        let keep = usize::try_from(after - first).unwrap_or(usize::MAX);
        Ok(Some(&rest[..byte_of(rest, keep)]))
    })
}

/// LEFT and RIGHT; a negative count leaves that many off the other end.
fn end_of(call: &Call<'_>, left: bool) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    let counts = call.primitive::<Int32Type>(1)?;
    let nulls = call.nulls();
    build_slices(call, |row| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let Some(text) = text.get(row) else { return Ok(None) };
        let total = text.chars().count();
        let count = i64::from(counts.value(row));
        let keep = if count < 0 {
            total.saturating_sub(count.unsigned_abs() as usize)
        } else {
            total.min(count as usize)
        };
        Ok(Some(if left { &text[..byte_of(text, keep)] } else { &text[byte_of(text, total - keep)..] }))
    })
}

/// Fills to a number of characters, or cuts to it from the right.
fn pad(call: &Call<'_>, left: bool) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    let lengths = call.primitive::<Int32Type>(1)?;
    let fill = if call.arguments.len() > 2 { Some(call.text(2)?) } else { None };
    let nulls = call.nulls();
    build_text(call, |row, out| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let Some(text) = text.get(row) else { return Ok(None) };
        let fill = match &fill {
            Some(fill) => fill.get(row).unwrap_or_default(),
            None => " ",
        };
        let wanted = bounded(lengths.value(row))?;
        let kept = &text[..byte_of(text, wanted)];
        let missing = wanted.saturating_sub(kept.chars().count());
        let filling = fill.chars().cycle().take(if fill.is_empty() { 0 } else { missing });
        if left {
            out.extend(filling);
            out.push_str(kept);
        } else {
            out.push_str(kept);
            out.extend(filling);
        }
        Ok(Some(()))
    })
}

/// A length that a VARCHAR can have; below 0 is 0.
fn bounded(length: i32) -> SqlResult<usize> {
    let length = usize::try_from(length).unwrap_or(0);
    if length > DataType::VARCHAR_MAX as usize {
        return Err(SqlError::product("54000", "requested length too large"));
    }
    Ok(length)
}

fn trim(call: &Call<'_>, start: bool, end: bool) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    let set = if call.arguments.len() > 1 { Some(call.text(1)?) } else { None };
    build_slices(call, |row| {
        let Some(mut text) = text.get(row) else { return Ok(None) };
        let set = match &set {
            None => " ",
            Some(set) => match set.get(row) {
                Some(set) => set,
                None => return Ok(None),
            },
        };
        let cut = |letter: char| set.contains(letter);
        if start {
            text = text.trim_start_matches(cut);
        }
        if end {
            text = text.trim_end_matches(cut);
        }
        Ok(Some(text))
    })
}

fn repeat(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    let counts = call.primitive::<Int32Type>(1)?;
    let nulls = call.nulls();
    build_text(call, |row, out| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let Some(text) = text.get(row) else { return Ok(None) };
        let times = usize::try_from(counts.value(row)).unwrap_or(0);
        if text.len().saturating_mul(times) > DataType::VARCHAR_MAX as usize {
            return Err(SqlError::product("54000", "requested length too large"));
        }
        for _ in 0..times {
            out.push_str(text);
        }
        Ok(Some(()))
    })
}

/// NULL where no character has the code.
fn character(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let codes = call.primitive::<Int32Type>(0)?;
    let nulls = call.nulls();
    build_text(call, |row, out| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let letter = u32::try_from(codes.value(row)).ok().filter(|code| *code > 0).and_then(char::from_u32);
        Ok(letter.map(|letter| out.push(letter)))
    })
}

/// The first character's code point; 0 for an empty string.
fn code_point(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let text = call.text(0)?;
    build::<Int32Type>(call, |row| {
        Ok(text.get(row).and_then(|text| text.chars().next()).map_or(0, |letter| letter as i32))
    })
}

/// The text of a number's field that must be at least 1.
pub fn positive(value: i32, message: &str) -> SqlResult<usize> {
    usize::try_from(value).ok().filter(|value| *value > 0).ok_or_else(|| invalid_parameter(message))
}

/// One letter for one, as the C library's do it (that the product goes by them is unconfirmed): a letter whose other
/// case is several letters stays.
fn upper(letter: char) -> char {
    let mut others = letter.to_uppercase();
    others.next().filter(|_| others.next().is_none()).unwrap_or(letter)
}

/// As [`upper`]; only `\u{130}`, the I with a dot, has several, of which the first is the letter.
fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}
