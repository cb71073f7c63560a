//! LIKE and ILIKE. Trailing blanks count; ILIKE folds ASCII letters only.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, BooleanBufferBuilder, StringArray};
use arrow::buffer::BooleanBuffer;
use memchr::memmem::Finder;

use super::array::union_nulls;
use super::column::Column;
use super::strings::Strings;
use crate::sql::error::{SqlError, SqlResult};

#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// `\` when the statement names none.
    pub escape: Option<char>,
    pub insensitive: bool,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(Vec<u8>),
    /// `_`
    One,
    /// `%`
    Any,
}

/// A pattern made ready, in the shape that is quickest to test.
enum Matcher {
    Everything,
    Exact(Vec<u8>),
    Prefix(Vec<u8>),
    Suffix(Vec<u8>),
    Contains(Box<Finder<'static>>),
    Parts(Vec<Part>),
}

impl Matcher {
    fn new(pattern: &str, rules: Rules) -> SqlResult<Self> {
        let mut parts = parse(pattern, rules)?;
        Ok(match parts.as_mut_slice() {
            [] => Matcher::Exact(Vec::new()),
            [Part::Any] => Matcher::Everything,
            [Part::Text(text)] => Matcher::Exact(std::mem::take(text)),
            [Part::Text(text), Part::Any] => Matcher::Prefix(std::mem::take(text)),
            [Part::Any, Part::Text(text)] => Matcher::Suffix(std::mem::take(text)),
            [Part::Any, Part::Text(text), Part::Any] => {
                Matcher::Contains(Box::new(Finder::new(text).into_owned()))
            }
            _ => Matcher::Parts(parts),
        })
    }

    fn matches(&self, text: &[u8]) -> bool {
        match self {
            Matcher::Everything => true,
            Matcher::Exact(exact) => text == exact,
            Matcher::Prefix(prefix) => text.starts_with(prefix),
            Matcher::Suffix(suffix) => text.ends_with(suffix),
            Matcher::Contains(finder) => finder.find(text).is_some(),
            Matcher::Parts(parts) => matches_parts(parts, text),
        }
    }

    fn matches_folded(&self, text: &[u8], insensitive: bool) -> bool {
        if insensitive { self.matches(&text.to_ascii_lowercase()) } else { self.matches(text) }
    }
}

fn parse(pattern: &str, rules: Rules) -> SqlResult<Vec<Part>> {
    let escape = rules.escape.unwrap_or('\\');
    let mut parts: Vec<Part> = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let literal = match character {
            c if c == escape => match characters.next() {
                Some(next) => next,
                None => {
                    return Err(SqlError::product(
                        "22025",
                        "LIKE pattern must not end with escape character",
                    ));
                }
            },
            '%' => {
                if parts.last() != Some(&Part::Any) {
                    parts.push(Part::Any);
                }
                continue;
            }
            '_' => {
                parts.push(Part::One);
                continue;
            }
            other => other,
        };
        let literal = if rules.insensitive { literal.to_ascii_lowercase() } else { literal };
        let mut bytes = [0; 4];
        let bytes = literal.encode_utf8(&mut bytes).as_bytes();
        match parts.last_mut() {
            Some(Part::Text(text)) => text.extend_from_slice(bytes),
            _ => parts.push(Part::Text(bytes.to_vec())),
        }
    }
    Ok(parts)
}

/// Walks parts and text together; after a `%` it remembers where to try again one character later.
fn matches_parts(parts: &[Part], text: &[u8]) -> bool {
    let mut part = 0;
    let mut at = 0;
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let advanced = match parts.get(part) {
            None => at == text.len(),
            Some(Part::Any) => {
                retry = Some((part + 1, at));
                part += 1;
                continue;
            }
            Some(Part::One) if at < text.len() => {
                at += character_length(text, at);
                part += 1;
                continue;
            }
            Some(Part::Text(literal)) if text[at..].starts_with(literal) => {
                at += literal.len();
                part += 1;
                continue;
            }
            Some(_) => false,
        };
        if advanced {
            return true;
        }
        match retry {
            Some((next, from)) if from < text.len() => {
                at = from + character_length(text, from);
                part = next;
                retry = Some((next, at));
            }
            _ => return false,
        }
    }
}

fn character_length(text: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while text.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
        end += 1;
    }
    end - at
}

pub fn evaluate_like(
    input: &Column,
    pattern: &Column,
    rules: Rules,
    negated: bool,
    rows: usize,
) -> SqlResult<Column> {
    if pattern.is_null_constant() || input.is_null_constant() {
        return Ok(Column::Constant(Arc::new(BooleanArray::new_null(1))));
    }
    if let Column::Constant(pattern) = pattern {
        let matcher = Matcher::new(Strings::of(pattern)?.text(0), rules)?;
        let values = test(input.array(), &matcher, rules.insensitive)?;
        let values = if negated { !&values } else { values };
        let nulls = input.array().nulls().cloned();
        return Ok(input.with(Arc::new(BooleanArray::new(values, nulls))));
    }
    let texts = Strings::of(input.array())?;
    let patterns = Strings::of(pattern.array())?;
    let mut values = BooleanBufferBuilder::new(rows);
    for row in 0..rows {
        let matches = match (texts.get(input.index(row)), patterns.get(row)) {
            (Some(text), Some(pattern)) => {
                Matcher::new(pattern, rules)?.matches_folded(text.as_bytes(), rules.insensitive)
            }
            _ => false,
        };
        values.append(matches != negated);
    }
    let input_nulls = if input.is_constant() { None } else { input.array().nulls() };
    let nulls = union_nulls(input_nulls, pattern.array().nulls());
    Ok(Column::Rows(Arc::new(BooleanArray::new(values.finish(), nulls))))
}

fn test(array: &ArrayRef, matcher: &Matcher, insensitive: bool) -> SqlResult<BooleanBuffer> {
    Ok(match Strings::of(array)? {
        Strings::Plain(strings) => match matcher {
            Matcher::Contains(finder) if !insensitive => contains(strings, finder),
            _ => BooleanBuffer::collect_bool(strings.len(), |row| {
                matcher.matches_folded(strings.value(row).as_bytes(), insensitive)
            }),
        },
        Strings::Dictionary(keys, values) => {
            let answers: Vec<bool> = (0..values.len())
                .map(|code| matcher.matches_folded(values.value(code).as_bytes(), insensitive))
                .collect();
            let keys: &[i32] = keys.values();
            BooleanBuffer::collect_bool(keys.len(), |row| {
                answers.get(keys[row] as usize).copied().unwrap_or(false)
            })
        }
    })
}

/// One search through the text of all rows at once; a hit that crosses a row's end is none.
fn contains(strings: &StringArray, finder: &Finder<'_>) -> BooleanBuffer {
    let offsets = strings.value_offsets();
    let bytes = strings.value_data();
    let mut found = BooleanBufferBuilder::new(strings.len());
    found.append_n(strings.len(), false);
    let length = finder.needle().len();
    let last = offsets[offsets.len() - 1] as usize;
    let mut at = offsets[0] as usize;
    let mut row = 0;
    while let Some(hit) = finder.find(&bytes[at..last]) {
        let hit = at + hit;
        while (offsets[row + 1] as usize) <= hit {
            row += 1;
        }
        let end = offsets[row + 1] as usize;
        if hit + length <= end {
            found.set_bit(row, true);
            at = end;
        } else {
            at = hit + 1;
        }
        if at >= last {
            break;
        }
    }
    found.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(text: &str, pattern: &str) -> bool {
        Matcher::new(pattern, Rules { escape: None, insensitive: false }).unwrap().matches(text.as_bytes())
    }

    #[test]
    fn patterns_match_characters() {
        assert!(like("abc", "abc") && like("abc", "a%") && like("abc", "%c") && like("abc", "%b%"));
        assert!(like("가나다", "가_다") && like("abcabd", "a%b_") && like("", "%") && like("", ""));
        assert!(!like("abc", "ab") && !like("abc", "a_") && !like("abc ", "abc") && !like("", "_"));
        assert!(like("100%", "100\\%") && !like("1000", "100\\%") && like("mississippi", "%is%ip%"));
        let folded = Matcher::new("ABC%", Rules { escape: None, insensitive: true }).unwrap();
        assert!(folded.matches_folded(b"abCd", true));
    }

    #[test]
    fn hits_across_rows_do_not_count() {
        let strings = StringArray::from(vec!["xab", "cy", "abc", "", "zabc"]);
        let found = contains(&strings, &Finder::new("abc"));
        assert_eq!(found.iter().collect::<Vec<_>>(), [false, false, true, false, true]);
        let tail = strings.slice(1, 3);
        let found = contains(&tail, &Finder::new("c"));
        assert_eq!(found.iter().collect::<Vec<_>>(), [true, true, false]);
    }
}
