//! Texts compared and found otherwise than letter by letter: by bytes, by sound (Soundex), by collation.

use arrow::array::ArrayRef;
use arrow::datatypes::Int32Type;

use super::Call;
use super::column::{build, map_text};
use super::signature::Parameter::Text;
use super::signature::{Answer, Entry};
use crate::sql::error::SqlResult;
use crate::sql::execute::EvaluationContext;
use crate::warehouse::data_type::DataType;

const INTEGER: Answer = Answer::Type(DataType::Integer);

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::fixed("bpcharcmp", &[Text, Text], INTEGER, compare),
    Entry::fixed("bttext_pattern_cmp", &[Text, Text], INTEGER, compare),
    Entry::fixed("octetindex", &[Text, Text], INTEGER, |call, _| {
        let (needle, text) = (call.text(0)?, call.text(1)?);
        build::<Int32Type>(call, |row| {
            let found = text.get(row).unwrap_or_default().find(needle.get(row).unwrap_or_default());
            Ok(found.map_or(0, |byte| byte as i32 + 1))
        })
    }),
    Entry::fixed("soundex", &[Text], Answer::Type(DataType::Varchar(4)), |call, _| {
        map_text(call, |text, out| out.push_str(&soundex(text)))
    }),
    Entry::fixed("difference", &[Text, Text], INTEGER, difference),
];

/// -1, 0 or 1, by the bytes; trailing blanks do not count, as in every comparison.
fn compare(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (left, right) = (call.text(0)?, call.text(1)?);
    build::<Int32Type>(call, |row| {
        let bytes = |text: Option<&str>| text.unwrap_or_default().trim_end_matches(' ').to_owned();
        Ok(bytes(left.get(row)).cmp(&bytes(right.get(row))) as i32)
    })
}

/// American Soundex: the first letter and three digits for the sounds that follow. Only ASCII letters are heard;
/// without one the answer is empty.
fn soundex(text: &str) -> String {
    // A to Z. Vowels (0) part two equal sounds; H and W (`-`) do not.
    const SOUNDS: &[u8; 26] = b"01230120022455012623010202";
    let mut code = String::new();
    let mut last = b'0';
    for letter in text.bytes().filter(u8::is_ascii_alphabetic).map(|letter| letter.to_ascii_uppercase()) {
        let silent = matches!(letter, b'H' | b'W');
        let sound = SOUNDS.get(usize::from(letter - b'A')).copied().unwrap_or(b'0');
        if code.is_empty() {
            code.push(char::from(letter));
        } else if sound != b'0' && sound != last && code.len() < 4 {
            code.push(char::from(sound));
        }
        if !silent {
            last = sound;
        }
    }
    while !code.is_empty() && code.len() < 4 {
        code.push('0');
    }
    code
}

/// How many of the four places of both codes are alike; 1 where neither text has a letter.
fn difference(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (left, right) = (call.text(0)?, call.text(1)?);
    build::<Int32Type>(call, |row| {
        let code = |text: Option<&str>| soundex(text.unwrap_or_default());
        let (left, right) = (code(left.get(row)), code(right.get(row)));
        if left.is_empty() && right.is_empty() {
            return Ok(1);
        }
        Ok(left.bytes().zip(right.bytes()).filter(|(a, b)| a == b).count() as i32)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_as_the_guide_says() {
        for (text, code) in [
            ("Amazon", "A525"),
            ("AWS Amazon", "A252"),
            ("+-*/%", ""),
            ("Robert", "R163"),
            ("Tymczak", "T522"),
            ("Pfister", "P236"),
            ("Ashcraft", "A261"),
            ("h", "H000"),
        ] {
            assert_eq!(soundex(text), code, "{text}");
        }
        assert_eq!(soundex("AC/DC"), soundex("Ay See Dee See"));
    }
}
