//! Regular expressions: `~`, SIMILAR TO and the REGEXP functions.
//!
//! The product's POSIX matcher takes the longest alternative, this one the first: patterns such as `a|ab`
//! may match less. Bracket classes (`[[:alpha:]]`), counts and anchors are the same. Classes and case know
//! ASCII letters only.

use arrow::array::ArrayRef;
use arrow::datatypes::Int32Type;
use regex_lite::{Regex, RegexBuilder};

use super::Call;
use super::column::{Text, at, build_boolean, build_nullable, build_text, invalid_parameter};
use super::signature::Parameter::{Integer, Text as TextParameter};
use super::signature::{Answer, Entry};
use super::string::byte_of;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::warehouse::data_type::DataType;

const BOOLEAN: Answer = Answer::Type(DataType::Boolean);
const COUNT: Answer = Answer::Type(DataType::Integer);

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::fixed("~", &[TextParameter, TextParameter], BOOLEAN, |call, _| matches(call, false, false)),
    Entry::fixed("!~", &[TextParameter, TextParameter], BOOLEAN, |call, _| matches(call, false, true)),
    Entry::fixed("~*", &[TextParameter, TextParameter], BOOLEAN, |call, _| matches(call, true, false)),
    Entry::fixed("!~*", &[TextParameter, TextParameter], BOOLEAN, |call, _| matches(call, true, true)),
    Entry::fixed("similar_to", &[TextParameter, TextParameter, TextParameter], BOOLEAN, similar_to)
        .optional(1),
    Entry::fixed("regexp_count", &[TextParameter, TextParameter, Integer, TextParameter], COUNT, count)
        .optional(2),
    Entry::fixed(
        "regexp_instr",
        &[TextParameter, TextParameter, Integer, Integer, Integer, TextParameter],
        COUNT,
        position,
    )
    .optional(4),
    Entry::fixed(
        "regexp_replace",
        &[TextParameter, TextParameter, TextParameter, Integer, TextParameter],
        Answer::Text,
        replace,
    )
    .optional(3),
    Entry::fixed(
        "regexp_substr",
        &[TextParameter, TextParameter, Integer, Integer, TextParameter],
        Answer::LikeFirst,
        substring,
    )
    .optional(3),
];

/// What the parameters string of a REGEXP function says.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Options {
    insensitive: bool,
    /// Answers the first group instead of the whole match.
    group: bool,
}

impl Options {
    fn read(letters: &str) -> SqlResult<Options> {
        let mut options = Options::default();
        for letter in letters.chars() {
            match letter {
                'i' => options.insensitive = true,
                'c' => options.insensitive = false,
                'e' => options.group = true,
                // PCRE: one matcher serves both dialects here.
                'p' => {}
                _ => {
                    return Err(invalid_parameter(format!("Invalid regular expression parameter: {letter}")));
                }
            }
        }
        Ok(options)
    }
}

/// The last pattern, compiled: a column of patterns is nearly always one literal.
#[derive(Default)]
struct Compiled {
    pattern: String,
    insensitive: bool,
    regex: Option<Regex>,
}

impl Compiled {
    fn get(&mut self, pattern: &str, insensitive: bool) -> SqlResult<&Regex> {
        if self.regex.is_none() || self.pattern != pattern || self.insensitive != insensitive {
            pattern.clone_into(&mut self.pattern);
            self.insensitive = insensitive;
            self.regex = Some(compile(pattern, insensitive)?);
        }
        self.regex.as_ref().ok_or_else(|| SqlError::bug("a pattern was lost"))
    }
}

fn compile(pattern: &str, insensitive: bool) -> SqlResult<Regex> {
    RegexBuilder::new(pattern)
        .case_insensitive(insensitive)
        // In POSIX a dot matches a line break too.
        .dot_matches_new_line(true)
        .build()
        .map_err(|error| SqlError::product("2201B", format!("invalid regular expression: {error}")))
}

fn matches(call: &Call<'_>, insensitive: bool, negated: bool) -> SqlResult<ArrayRef> {
    let (text, pattern) = (call.text(0)?, call.text(1)?);
    let mut compiled = Compiled::default();
    build_boolean(call, |row| {
        let (Some(text), Some(pattern)) = (text.get(row), pattern.get(row)) else { return Ok(None) };
        Ok(Some(compiled.get(pattern, insensitive)?.is_match(text) != negated))
    })
}

fn similar_to(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (text, pattern) = (call.text(0)?, call.text(1)?);
    let escape = if call.arguments.len() > 2 { Some(call.text(2)?) } else { None };
    let mut compiled = Compiled::default();
    let mut last: Option<(String, String)> = None;
    build_boolean(call, |row| {
        let (Some(text), Some(pattern)) = (text.get(row), pattern.get(row)) else { return Ok(None) };
        if last.as_ref().is_none_or(|(known, _)| known != pattern) {
            let escape = match &escape {
                None => Some('\\'),
                Some(escape) => escape.get(row).and_then(|escape| escape.chars().next()),
            };
            last = Some((pattern.to_owned(), translate_similar(pattern, escape)));
        }
        let translated = last.as_ref().map_or("", |(_, translated)| translated.as_str());
        Ok(Some(compiled.get(translated, false)?.is_match(text)))
    })
}

/// A SIMILAR TO pattern as a regular expression over the whole text: `%` and `_` are LIKE's, the rest of the
/// metacharacters are POSIX's except the dot, which is itself.
fn translate_similar(pattern: &str, escape: Option<char>) -> String {
    let mut out = String::from("^(?:");
    let mut letters = pattern.chars();
    let mut bracket = false;
    while let Some(letter) = letters.next() {
        if Some(letter) == escape {
            if let Some(literal) = letters.next() {
                push_literal(literal, &mut out);
            }
            continue;
        }
        match letter {
            _ if bracket => {
                bracket = letter != ']';
                if matches!(letter, '\\' | '[') {
                    out.push('\\');
                }
                out.push(letter);
            }
            '[' => {
                bracket = true;
                out.push('[');
                if letters.as_str().starts_with('^') {
                    letters.next();
                    out.push('^');
                }
            }
            '%' => out.push_str(".*"),
            '_' => out.push('.'),
            '|' | '*' | '+' | '?' | '(' | ')' | '{' | '}' => out.push(letter),
            _ => push_literal(letter, &mut out),
        }
    }
    out.push_str(")$");
    out
}

fn push_literal(letter: char, out: &mut String) {
    if letter.is_ascii_punctuation()
        && !matches!(
            letter,
            '_' | '"' | '\'' | ',' | ';' | ':' | '!' | '@' | '`' | '=' | '<' | '>' | '/' | '%'
        )
    {
        out.push('\\');
    }
    out.push(letter);
}

/// What all REGEXP functions share: where to begin, with what options.
struct Search<'a> {
    text: Text<'a>,
    pattern: Text<'a>,
    start: Option<&'a arrow::array::Int32Array>,
    options: Option<Text<'a>>,
    compiled: Compiled,
}

/// One row's text from its starting position, and the pattern for it.
struct Found<'a, 's> {
    text: &'a str,
    /// Byte of `text` where the search begins.
    from: usize,
    regex: &'s Regex,
    options: Options,
}

impl<'a> Search<'a> {
    /// `start` and `options` are the numbers of those arguments, where the call has them.
    fn new(call: &Call<'a>, start: usize, options: usize) -> SqlResult<Self> {
        let given = |index: usize| index < call.arguments.len();
        Ok(Search {
            text: call.text(0)?,
            pattern: call.text(1)?,
            start: if given(start) { Some(call.primitive::<Int32Type>(start)?) } else { None },
            options: if given(options) { Some(call.text(options)?) } else { None },
            compiled: Compiled::default(),
        })
    }

    fn row<'s>(&'s mut self, row: usize) -> SqlResult<Option<Found<'a, 's>>> {
        let (Some(text), Some(pattern)) = (self.text.get(row), self.pattern.get(row)) else {
            return Ok(None);
        };
        let start = match self.start {
            None => 1,
            Some(start) => match at(start, row) {
                None => return Ok(None),
                Some(start) => start,
            },
        };
        let start = super::string::positive(start, "Invalid start position: must be greater than 0")?;
        let options = match &self.options {
            None => Options::default(),
            Some(options) => match options.get(row) {
                None => return Ok(None),
                Some(letters) => Options::read(letters)?,
            },
        };
        let regex = self.compiled.get(pattern, options.insensitive)?;
        Ok(Some(Found { text, from: byte_of(text, start - 1), regex, options }))
    }
}

impl Found<'_, '_> {
    /// Bytes of the `occurrence`th match (from 1), or of its first group.
    fn occurrence(&self, occurrence: usize) -> Option<(usize, usize)> {
        let captures = self.regex.captures_iter(&self.text[self.from..]).nth(occurrence - 1)?;
        let found = if self.options.group { captures.get(1).or(captures.get(0)) } else { captures.get(0) }?;
        Some((self.from + found.start(), self.from + found.end()))
    }
}

fn count(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let mut search = Search::new(call, 2, 3)?;
    build_nullable::<Int32Type>(call, |row| {
        let found = search.row(row)?;
        Ok(found.map(|found| found.regex.find_iter(&found.text[found.from..]).count() as i32))
    })
}

/// Occurrence and option arguments; 1 and 0 when they are left out.
fn number(call: &Call<'_>, index: usize, row: usize, otherwise: i32) -> SqlResult<Option<i32>> {
    if index < call.arguments.len() {
        Ok(at(call.primitive::<Int32Type>(index)?, row))
    } else {
        Ok(Some(otherwise))
    }
}

fn position(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let mut search = Search::new(call, 2, 5)?;
    build_nullable::<Int32Type>(call, |row| {
        let (Some(occurrence), Some(option)) = (number(call, 3, row, 1)?, number(call, 4, row, 0)?) else {
            return Ok(None);
        };
        let occurrence = super::string::positive(occurrence, "Invalid occurrence: must be greater than 0")?;
        let Some(found) = search.row(row)? else { return Ok(None) };
        let character = |byte: usize| found.text[..byte].chars().count() as i32 + 1;
        Ok(Some(match found.occurrence(occurrence) {
            None => 0,
            Some((start, _)) if option == 0 => character(start),
            Some((_, end)) => character(end),
        }))
    })
}

fn substring(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let mut search = Search::new(call, 2, 4)?;
    build_text(call, |row, out| {
        let Some(occurrence) = number(call, 3, row, 1)? else { return Ok(None) };
        let occurrence = super::string::positive(occurrence, "Invalid occurrence: must be greater than 0")?;
        let Some(found) = search.row(row)? else { return Ok(None) };
        if let Some((start, end)) = found.occurrence(occurrence) {
            out.push_str(&found.text[start..end]);
        }
        Ok(Some(()))
    })
}

/// Replaces every match; `$1` and `\1` stand for groups.
fn replace(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let mut search = Search::new(call, 3, 4)?;
    let replacement = if call.arguments.len() > 2 { Some(call.text(2)?) } else { None };
    build_text(call, |row, out| {
        let replacement = match &replacement {
            None => "",
            Some(replacement) => match replacement.get(row) {
                None => return Ok(None),
                Some(replacement) => replacement,
            },
        };
        let Some(found) = search.row(row)? else { return Ok(None) };
        let mut copied = found.from;
        out.push_str(&found.text[..found.from]);
        for captures in found.regex.captures_iter(&found.text[found.from..]) {
            let Some(whole) = captures.get(0) else { continue };
            out.push_str(&found.text[copied..found.from + whole.start()]);
            copied = found.from + whole.end();
            let mut letters = replacement.chars().peekable();
            while let Some(letter) = letters.next() {
                let group = matches!(letter, '$' | '\\')
                    .then(|| letters.peek().and_then(|next| next.to_digit(10)))
                    .flatten();
                match group {
                    None => out.push(letter),
                    Some(group) => {
                        letters.next();
                        out.push_str(captures.get(group as usize).map_or("", |found| found.as_str()));
                    }
                }
            }
        }
        out.push_str(&found.text[copied..]);
        Ok(Some(()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_to_becomes_a_regular_expression() {
        let like = |text: &str, pattern: &str| {
            compile(&translate_similar(pattern, Some('\\')), false).unwrap().is_match(text)
        };
        assert!(like("abc", "%(b|d)%"));
        assert!(!like("abc", "(b|c)%"));
        assert!(like("a.c", "a.c") && !like("abc", "a.c"));
        assert!(like("100%", "100\\%") && !like("1000", "100\\%"));
        assert!(like("한글", "__") && like("x1", "[a-z][0-9]"));
    }
}
