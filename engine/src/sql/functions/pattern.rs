//! Regular expressions: `~`, SIMILAR TO and the REGEXP functions.
//!
//! The product's POSIX matcher takes the longest alternative, this one the first: patterns such as `a|ab`
//! may match less. Bracket classes (`[[:alpha:]]`), counts and anchors are the same. Classes and case know
//! ASCII letters only. With the parameter `p` a pattern is PCRE's; what looks ahead or behind or refers back is
//! matched by [`super::pcre`].

use arrow::array::ArrayRef;
use arrow::datatypes::Int32Type;
use regex_lite::{Regex, RegexBuilder};

use super::Call;
use super::column::{Text, at, build_boolean, build_nullable, build_text, invalid_parameter};
use super::like_escape::like_escape;
use super::pcre::{Pcre, Spans};
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
    Entry::fixed("similar to", &[TextParameter, TextParameter, TextParameter], BOOLEAN, similar_to)
        .optional(1),
    Entry::fixed("like_escape", &[TextParameter, TextParameter], Answer::Text, like_escape),
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
    /// The pattern is PCRE's.
    perl: bool,
}

impl Options {
    fn read(letters: &str) -> SqlResult<Options> {
        let mut options = Options::default();
        for letter in letters.chars() {
            match letter {
                'i' => options.insensitive = true,
                'c' => options.insensitive = false,
                'e' => options.group = true,
                'p' => options.perl = true,
                _ => {
                    return Err(invalid_parameter(format!("Invalid regular expression parameter: {letter}")));
                }
            }
        }
        Ok(options)
    }
}

/// A pattern ready to match.
enum Matcher {
    Linear(Regex),
    Backtracking(Pcre),
}

impl Matcher {
    fn new(pattern: &str, options: Options) -> SqlResult<Matcher> {
        let regex = RegexBuilder::new(pattern)
            .case_insensitive(options.insensitive)
            // In POSIX a dot matches a line break too.
            .dot_matches_new_line(!options.perl)
            .build();
        let invalid =
            |error: String| SqlError::product("2201B", format!("invalid regular expression: {error}"));
        match regex {
            Ok(regex) => Ok(Matcher::Linear(regex)),
            Err(_) if options.perl => {
                Pcre::new(pattern, options.insensitive).map(Matcher::Backtracking).map_err(invalid)
            }
            Err(error) => Err(invalid(error.to_string())),
        }
    }

    fn is_match(&self, text: &str) -> SqlResult<bool> {
        match self {
            Matcher::Linear(regex) => Ok(regex.is_match(text)),
            Matcher::Backtracking(pcre) => pcre.captures_at(text, 0).map(|found| found.is_some()),
        }
    }

    fn captures_at(&self, text: &str, from: usize) -> SqlResult<Option<Spans>> {
        match self {
            Matcher::Linear(regex) => Ok(regex.captures_at(text, from).map(|found| {
                found.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect()
            })),
            Matcher::Backtracking(pcre) => pcre.captures_at(text, from),
        }
    }

    /// Every match, from the left, without overlap, until `f` has seen enough and answers `false`.
    fn each(&self, text: &str, mut f: impl FnMut(&Spans) -> bool) -> SqlResult<()> {
        let mut from = 0;
        let mut last_end = None;
        while from <= text.len() {
            let Some(spans) = self.captures_at(text, from)? else { break };
            let Some((start, end)) = spans.first().copied().flatten() else { break };
            // An empty match right behind another is the same place again.
            let repeated = start == end && last_end == Some(end);
            if !repeated && !f(&spans) {
                break;
            }
            last_end = Some(end);
            let step = text.get(end..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            from = if start == end { end + step } else { end };
        }
        Ok(())
    }
}

/// The last pattern, compiled: a column of patterns is nearly always one literal.
#[derive(Default)]
struct Compiled {
    pattern: String,
    options: Options,
    matcher: Option<Matcher>,
}

impl Compiled {
    fn get(&mut self, pattern: &str, options: Options) -> SqlResult<&Matcher> {
        if self.matcher.is_none() || self.pattern != pattern || self.options != options {
            pattern.clone_into(&mut self.pattern);
            self.options = options;
            self.matcher = Some(Matcher::new(pattern, options)?);
        }
        self.matcher.as_ref().ok_or_else(|| SqlError::bug("a pattern was lost"))
    }
}

fn matches(call: &Call<'_>, insensitive: bool, negated: bool) -> SqlResult<ArrayRef> {
    let (text, pattern) = (call.text(0)?, call.text(1)?);
    let mut compiled = Compiled::default();
    let options = Options { insensitive, ..Options::default() };
    build_boolean(call, |row| {
        let (Some(text), Some(pattern)) = (text.get(row), pattern.get(row)) else { return Ok(None) };
        Ok(Some(compiled.get(pattern, options)?.is_match(text)? != negated))
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
        Ok(Some(compiled.get(translated, Options::default())?.is_match(text)?))
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
    /// Byte of `text` where the search begins; `None` where that lies behind the end, and nothing is found.
    from: Option<usize>,
    matcher: &'s Matcher,
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
        // A position before the first character means the first.
        let start = usize::try_from(start.saturating_sub(1)).unwrap_or(0);
        let options = match &self.options {
            None => Options::default(),
            Some(options) => match options.get(row) {
                None => return Ok(None),
                Some(letters) => Options::read(letters)?,
            },
        };
        let matcher = self.compiled.get(pattern, options)?;
        let from = byte_of(text, start);
        let from = (start == 0 || from < text.len()).then_some(from);
        Ok(Some(Found { text, from, matcher, options }))
    }
}

impl Found<'_, '_> {
    fn each(&self, f: impl FnMut(&Spans) -> bool) -> SqlResult<()> {
        let Some(from) = self.from else { return Ok(()) };
        self.matcher.each(self.text.get(from..).unwrap_or_default(), f)
    }

    /// Bytes of the `occurrence`th match (from 1), or of its first group.
    fn occurrence(&self, occurrence: usize) -> SqlResult<Option<(usize, usize)>> {
        let (mut left, mut found) = (occurrence, None);
        self.each(|spans| {
            left -= 1;
            if left == 0 {
                let group = if self.options.group { spans.get(1).copied().flatten() } else { None };
                found = group.or(spans.first().copied().flatten());
            }
            left > 0
        })?;
        let from = self.from.unwrap_or_default();
        Ok(found.map(|(start, end)| (from + start, from + end)))
    }
}

fn count(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let mut search = Search::new(call, 2, 3)?;
    build_nullable::<Int32Type>(call, |row| {
        let Some(found) = search.row(row)? else { return Ok(None) };
        let mut count = 0;
        found.each(|_| {
            count += 1;
            true
        })?;
        Ok(Some(count))
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

/// An occurrence that can be looked for: not below 1, not beyond the number of characters.
fn possible(occurrence: i32, text: &str) -> Option<usize> {
    let occurrence = usize::try_from(occurrence).ok()?;
    (occurrence == 1 || (2..=text.chars().count()).contains(&occurrence)).then_some(occurrence)
}

/// 0 where nothing is found or the occurrence is impossible.
fn position(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let mut search = Search::new(call, 2, 5)?;
    build_nullable::<Int32Type>(call, |row| {
        let (Some(occurrence), Some(option)) = (number(call, 3, row, 1)?, number(call, 4, row, 0)?) else {
            return Ok(None);
        };
        let Some(found) = search.row(row)? else { return Ok(None) };
        let Some(occurrence) = possible(occurrence, found.text) else { return Ok(Some(0)) };
        let character = |byte: usize| found.text[..byte].chars().count() as i32 + 1;
        Ok(Some(match found.occurrence(occurrence)? {
            None => 0,
            Some((start, _)) if option == 0 => character(start),
            Some((_, end)) => character(end),
        }))
    })
}

/// Empty where nothing is found, NULL where the occurrence is impossible.
fn substring(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let mut search = Search::new(call, 2, 4)?;
    build_text(call, |row, out| {
        let Some(occurrence) = number(call, 3, row, 1)? else { return Ok(None) };
        let Some(found) = search.row(row)? else { return Ok(None) };
        let Some(occurrence) = possible(occurrence, found.text) else { return Ok(None) };
        if let Some((start, end)) = found.occurrence(occurrence)? {
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
        let (before, text) = found.text.split_at(found.from.unwrap_or(found.text.len()));
        out.push_str(before);
        let mut copied = 0;
        found.each(|spans| {
            let piece = |span: Option<(usize, usize)>| span.map_or("", |(start, end)| &text[start..end]);
            let Some((start, end)) = spans.first().copied().flatten() else { return false };
            out.push_str(&text[copied..start]);
            copied = end;
            let mut letters = replacement.chars().peekable();
            while let Some(letter) = letters.next() {
                let group = matches!(letter, '$' | '\\')
                    .then(|| letters.peek().and_then(|next| next.to_digit(10)))
                    .flatten();
                match group {
                    None => out.push(letter),
                    Some(group) => {
                        letters.next();
                        out.push_str(piece(spans.get(group as usize).copied().flatten()));
                    }
                }
            }
            true
        })?;
        out.push_str(&text[copied..]);
        Ok(Some(()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_to_becomes_a_regular_expression() {
        let like = |text: &str, pattern: &str| {
            let pattern = translate_similar(pattern, Some('\\'));
            Matcher::new(&pattern, Options::default()).unwrap().is_match(text).unwrap()
        };
        assert!(like("abc", "%(b|d)%"));
        assert!(!like("abc", "(b|c)%"));
        assert!(like("a.c", "a.c") && !like("abc", "a.c"));
        assert!(like("100%", "100\\%") && !like("1000", "100\\%"));
        assert!(like("한글", "__") && like("x1", "[a-z][0-9]"));
    }
    #[test]
    fn perl_looks_around_and_back() {
        let perl = Options { perl: true, ..Options::default() };
        let all = |text: &str, pattern: &str| {
            let mut found = Vec::new();
            let matcher = Matcher::new(pattern, perl).unwrap();
            matcher
                .each(text, |spans| {
                    found.extend(spans[0].map(|(start, end)| text[start..end].to_owned()));
                    true
                })
                .unwrap();
            found
        };
        assert_eq!(
            all("passwd7 plain A1234 a1234", "(?=[^ ]*[a-z])(?=[^ ]*[0-9])[^ ]+"),
            ["passwd7", "a1234"]
        );
        assert_eq!(all("price: $42, €7", r"(?<=\$)\d+"), ["42"]);
        assert_eq!(all("hello wood", r"(\w)\1"), ["ll", "oo"]);
        assert_eq!(all("foobar foobaz", r"foo(?!bar)\w+"), ["foobaz"]);
        assert_eq!(all("<b>one</b><b>two</b>", r"(?<=<b>).*?(?=</b>)"), ["one", "two"]);
        assert_eq!(all("aaa", r"(?=a)a{2}"), ["aa"]);
        assert_eq!(all("한글abc", r"(?=[^a-z])."), ["한", "글"]);
        assert!(Matcher::new("(?=a", perl).is_err() && Matcher::new("(?=a)", Options::default()).is_err());
        let endless = Matcher::new("(?=x)?(a+a+)+b", perl).unwrap();
        assert!(endless.is_match(&"a".repeat(60)).is_err());
    }
}
