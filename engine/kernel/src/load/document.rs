//! JSON as COPY reads it: records one behind the other, found without being taken apart.
//!
//! A record is looked at where it lies; only strings with escapes, and what goes into a SUPER, are written anew.

use std::borrow::Cow;

use super::column::Builder;
use super::error::{Fault, shown};
use super::options::Document;
use super::reader::{File, Reader, Refused};
use crate::sql::json;

/// A step of a JSONPath.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Member(String),
    Element(usize),
}

/// `$.a.b`, `$['a'][0]`; `None` is no path.
pub fn path(text: &str) -> Option<Vec<Step>> {
    let mut rest = text.trim().strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix('.') {
            let end = behind.find(['.', '[']).unwrap_or(behind.len());
            if end == 0 {
                return None;
            }
            steps.push(Step::Member(behind[..end].to_owned()));
            rest = &behind[end..];
            continue;
        }
        let behind = rest.strip_prefix('[')?;
        let quote = behind.chars().next().filter(|first| matches!(first, '\'' | '"'));
        let (step, end) = match quote {
            Some(quote) => {
                let end = behind[1..].find(quote)? + 1;
                (Step::Member(behind[1..end].to_owned()), end + 1)
            }
            None => {
                let end = behind.find(']')?;
                (Step::Element(behind[..end].parse().ok()?), end)
            }
        };
        steps.push(step);
        rest = behind[end..].strip_prefix(']')?;
    }
    Some(steps)
}

/// Records longer than this are refused (Developer Guide, "COPY from JSON format").
const LONGEST: usize = 4 << 20;

impl Reader {
    /// One record into the builders; `false` where the file has no more.
    pub(super) fn document(&mut self, file: &mut File, bytes: &[u8]) -> Result<bool, Refused> {
        let start = space(bytes, file.cursor.at);
        file.line += newlines(&bytes[file.cursor.at..start]);
        file.cursor.at = start;
        let Some(first) = bytes.get(start) else { return Ok(false) };
        let whole = |fault| (None, String::new(), fault);
        if !matches!(first, b'{' | b'[') {
            return Err(whole(Fault::Newline { byte: *first, location: file.window.position(start) }));
        }
        let end = value_end(bytes, start).ok_or_else(|| whole(Fault::Document))?;
        if end - start > LONGEST {
            return Err(whole(Fault::DocumentLength));
        }
        let record = &bytes[start..end];
        let mut found: Vec<Option<&[u8]>> = vec![None; self.columns.len()];
        let malformed = || whole(Fault::Document);
        match &self.options.document {
            Document::NoShred => found.fill(Some(record)),
            Document::Auto { ignore_case } => {
                let columns = &self.columns;
                members(record, |key, value| {
                    let key = unquoted(key);
                    let known = columns.iter().position(|column| match ignore_case {
                        true => column.name.to_lowercase() == key.to_lowercase(),
                        false => column.name == key,
                    });
                    if let Some(known) = known {
                        found[known] = Some(value);
                    }
                    true
                })
                .ok_or_else(malformed)?;
            }
            Document::Paths(paths) => {
                for (number, path) in paths.iter().enumerate() {
                    let value = walked(record, path).map_err(|fault| (Some(number), String::new(), fault))?;
                    if let Some(place) = found.get_mut(number) {
                        *place = value;
                    }
                }
            }
        }
        for (number, value) in found.into_iter().enumerate() {
            self.value(number, value)?;
        }
        file.line += newlines(record);
        file.cursor.at = end;
        Ok(true)
    }

    /// A value of a record into its column; `None` where the record has none.
    fn value(&mut self, number: usize, value: Option<&[u8]>) -> Result<(), Refused> {
        let Some(value) = value.filter(|value| *value != b"null") else {
            return self.put(number, b"", true);
        };
        let is_super = self.builders.get(number).is_some_and(Builder::is_super);
        if is_super || value.first() != Some(&b'"') {
            return self.put(number, value, false);
        }
        let text = unquoted(value);
        let empty = text.is_empty();
        let is_text = self.builders.get(number).is_some_and(Builder::is_text);
        let blank = || text.trim_ascii().is_empty() && (!is_text || self.options.blanks_as_null);
        let null = if empty { !is_text || self.options.empty_as_null } else { blank() };
        self.put(number, text.as_bytes(), null)
    }
}

/// What a path leads to. A member that is not there is NULL, an element is a mistake.
fn walked<'a>(record: &'a [u8], path: &[Step]) -> Result<Option<&'a [u8]>, Fault> {
    let mut here = record;
    for step in path {
        let mut next = None;
        match step {
            Step::Member(name) => {
                if here.first() != Some(&b'{') {
                    return Ok(None);
                }
                members(here, |key, value| {
                    if unquoted(key) == *name {
                        next = Some(value);
                    }
                    true
                })
                .ok_or(Fault::Document)?;
            }
            Step::Element(index) => {
                if here.first() != Some(&b'[') {
                    return Err(Fault::JsonPath);
                }
                let mut at = 0;
                elements(here, |value| {
                    if at == *index {
                        next = Some(value);
                    }
                    at += 1;
                })
                .ok_or(Fault::Document)?;
                if next.is_none() {
                    return Err(Fault::JsonPath);
                }
            }
        }
        match next {
            Some(value) => here = value,
            None => return Ok(None),
        }
    }
    Ok(Some(here))
}

/// A string with its quotes, read.
pub(super) fn unquoted(string: &[u8]) -> Cow<'_, str> {
    match String::from_utf8_lossy(string) {
        Cow::Borrowed(text) => json::unquote(text),
        Cow::Owned(text) => Cow::Owned(json::unquote(&text).into_owned()),
    }
}

pub(super) fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// Behind blanks.
fn space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(rest.len())
}

/// Behind the string whose quote stands at `at`.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Behind the value that begins at `at`; what is between its brackets is looked at later.
pub(super) fn value_end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => string_end(bytes, at),
        b'{' | b'[' => {
            let (mut at, mut depth) = (at, 0_usize);
            loop {
                match bytes.get(at)? {
                    b'"' => {
                        at = string_end(bytes, at)?;
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        _ => {
            let length = bytes[at..]
                .iter()
                .position(|byte| matches!(byte, b',' | b'}' | b']' | b':') || byte.is_ascii_whitespace())
                .unwrap_or(bytes.len() - at);
            let bare = std::str::from_utf8(&bytes[at..at + length]).ok()?;
            let known = matches!(bare, "true" | "false" | "null") || crate::sql::json_number::is_json(bare);
            known.then_some(at + length)
        }
    }
}

/// The members of an object: each name with its quotes, and its value. `None` is no object.
pub(super) fn members<'a>(object: &'a [u8], mut take: impl FnMut(&'a [u8], &'a [u8]) -> bool) -> Option<()> {
    if object.first() != Some(&b'{') {
        return None;
    }
    let mut at = space(object, 1);
    if object.get(at) == Some(&b'}') {
        return Some(());
    }
    loop {
        if object.get(at) != Some(&b'"') {
            return None;
        }
        let end = string_end(object, at)?;
        let key = &object[at..end];
        at = space(object, end);
        if object.get(at) != Some(&b':') {
            return None;
        }
        at = space(object, at + 1);
        let end = value_end(object, at)?;
        if !take(key, &object[at..end]) {
            return Some(());
        }
        at = space(object, end);
        match object.get(at)? {
            b',' => at = space(object, at + 1),
            b'}' => return Some(()),
            _ => return None,
        }
    }
}

pub(super) fn elements<'a>(array: &'a [u8], mut take: impl FnMut(&'a [u8])) -> Option<()> {
    let mut at = space(array, 1);
    if array.get(at) == Some(&b']') {
        return Some(());
    }
    loop {
        let end = value_end(array, at)?;
        take(&array[at..end]);
        at = space(array, end);
        match array.get(at)? {
            b',' => at = space(array, at + 1),
            b']' => return Some(()),
            _ => return None,
        }
    }
}

/// Where reading goes on behind a bad record that begins at `from`: behind it, if it ends, else with the next line.
pub(super) fn resume(bytes: &[u8], from: usize) -> usize {
    let begins = matches!(bytes.get(from), Some(b'{' | b'['));
    let line = || from + bytes[from..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - from);
    begins.then(|| value_end(bytes, from)).flatten().unwrap_or_else(line)
}

/// Whether a record begins at `from` whose end is not there.
pub(super) fn is_open(bytes: &[u8], from: usize) -> bool {
    matches!(bytes.get(from), Some(b'{' | b'[')) && value_end(bytes, from).is_none()
}

/// A record's text for the log: up to its end, or the end of its line.
pub(super) fn excerpt(bytes: &[u8], start: usize) -> String {
    shown(&bytes[start..resume(bytes, start)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        use Step::{Element, Member};
        let member = |name: &str| Member(name.to_owned());
        assert_eq!(path("$.a.b"), Some(vec![member("a"), member("b")]));
        assert_eq!(path("$['a b'][\"c\"][2]"), Some(vec![member("a b"), member("c"), Element(2)]));
        assert_eq!(path("$[0]"), Some(vec![Element(0)]));
        assert_eq!(path("$"), Some(vec![]));
        for bad in ["a", "$.", "$[", "$['a'", "$[x]", "$a", "$..a"] {
            assert_eq!(path(bad), None, "{bad}");
        }
    }

    #[test]
    fn values_are_found_where_they_lie() {
        let record = br#"{ "a" : {"b":[10, {"c":"x\"y"}]} , "d":null}"#;
        let at = |text: &str| {
            walked(record, &path(text).unwrap())
                .map(|found| found.map(|f| String::from_utf8_lossy(f).into_owned()))
        };
        assert_eq!(at("$.a.b[0]"), Ok(Some("10".to_owned())));
        assert_eq!(at("$.a.b[1].c"), Ok(Some("\"x\\\"y\"".to_owned())));
        assert_eq!(at("$.d"), Ok(Some("null".to_owned())));
        assert_eq!(at("$.x.y"), Ok(None));
        assert_eq!(at("$.a.b[2]"), Err(Fault::JsonPath));
        assert_eq!(at("$.a[0]"), Err(Fault::JsonPath));
        for bad in ["{\"a\" 1}", "{\"a\":1 \"b\":2}", "{a:1}", "{\"a\":tru}", "{\"a\":01x}"] {
            assert_eq!(members(bad.as_bytes(), |_, _| true), None, "{bad}");
        }
    }
}
