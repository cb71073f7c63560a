//! JSON as a SUPER holds it: text without blanks in one form, walked where it lies.
//!
//! A document is read once ([`normalize`]); everything after slices it, so that a path costs no allocation and
//! no number loses a digit. A DOUBLE is told from a DECIMAL by its exponent, which [`printed`] takes off again.

use std::borrow::Cow;

use super::json_number;

/// Levels of arrays and objects before a document is refused.
const DEEPEST: usize = 1_000;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// The kind of a normalized document: its first byte tells.
pub fn kind(text: &str) -> Kind {
    match text.as_bytes().first() {
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::Array,
        Some(b'"') => Kind::String,
        Some(b't' | b'f') => Kind::Boolean,
        Some(b'n') | None => Kind::Null,
        Some(_) => Kind::Number,
    }
}

/// The document in the one form that is kept, or `None` where the text is no JSON.
pub fn normalize(text: &str) -> Option<String> {
    read(text, false)
}

/// The document without blanks, its numbers as they are written: for the functions over JSON that lies in strings.
pub fn compact(text: &str) -> Option<String> {
    read(text, true)
}

fn read(text: &str, as_written: bool) -> Option<String> {
    let mut reader = Reader { text, at: 0, out: String::with_capacity(text.len()), as_written };
    reader.blanks();
    reader.value(0)?;
    reader.blanks();
    (reader.at == text.len()).then_some(reader.out)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    out: String,
    as_written: bool,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes `byte`, which is kept.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
            self.out.push(char::from(byte));
        }
        found
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match self.peek()? {
            b'{' => self.list(b'}', depth, true),
            b'[' => self.list(b']', depth, false),
            b'"' => self.string(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.number(),
        }
    }

    /// An object or an array, up to `end`.
    fn list(&mut self, end: u8, depth: usize, named: bool) -> Option<()> {
        self.out.push(if named { '{' } else { '[' });
        self.at += 1;
        self.blanks();
        if self.take(end) {
            return Some(());
        }
        loop {
            if named {
                (self.peek()? == b'"').then_some(())?;
                self.string()?;
                self.blanks();
                self.take(b':').then_some(())?;
                self.blanks();
            }
            self.value(depth + 1)?;
            self.blanks();
            if self.take(end) {
                return Some(());
            }
            self.take(b',').then_some(())?;
            self.blanks();
        }
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.text.get(self.at..)?.starts_with(word).then_some(())?;
        self.at += word.len();
        self.out.push_str(word);
        Some(())
    }

    fn string(&mut self) -> Option<()> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                0..0x20 => return None,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        let written = self.text.get(start..self.at)?;
        if written.contains('\\') {
            let text: String = serde_json::from_str(written).ok()?;
            quote(&text, &mut self.out);
        } else {
            self.out.push_str(written);
        }
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        let belongs = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
        let length = rest.bytes().position(|byte| !belongs(byte)).unwrap_or(rest.len());
        let written = &rest[..length];
        json_number::is_json(written).then_some(())?;
        if self.as_written {
            self.out.push_str(written);
        } else {
            json_number::parse(written)?.write(&mut self.out);
        }
        self.at += length;
        Some(())
    }
}

/// Writes a text as a JSON string.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// The text in a JSON string of a normalized document.
pub fn unquote(string: &str) -> Cow<'_, str> {
    if string.contains('\\') {
        return Cow::Owned(serde_json::from_str(string).unwrap_or_default());
    }
    Cow::Borrowed(string.get(1..string.len().saturating_sub(1)).unwrap_or_default())
}

/// The length of the string that begins `bytes`, quotes included.
fn string_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The length of the value that begins `bytes`.
fn value_length(bytes: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at += string_length(&bytes[at..]),
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' | b',' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                at += 1;
            }
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// The values of an array or object one after the other, an object's with their quoted names.
pub struct Parts<'a> {
    rest: &'a str,
    named: bool,
}

impl<'a> Iterator for Parts<'a> {
    /// The quoted name (empty in an array), and the value.
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        // What is left begins with the opening bracket or a comma, and ends with the closing one.
        let mut rest = self.rest.get(1..)?;
        if matches!(rest, "" | "]" | "}") {
            return None;
        }
        let mut name = "";
        if self.named {
            (name, rest) = rest.split_at_checked(string_length(rest.as_bytes()))?;
            rest = rest.get(1..)?;
        }
        let (value, left) = rest.split_at_checked(value_length(rest.as_bytes()))?;
        self.rest = left;
        Some((name, value))
    }
}

/// The elements of an array or the members of an object; nothing of anything else.
pub fn parts(text: &str) -> Parts<'_> {
    match kind(text) {
        Kind::Array => Parts { rest: text, named: false },
        Kind::Object => Parts { rest: text, named: true },
        _ => Parts { rest: "", named: false },
    }
}

/// The member of an object whose quoted name is `name`. Of several the first is found.
pub fn member<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    if kind(text) != Kind::Object {
        return None;
    }
    parts(text).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The element of an array at `index`, from 0.
pub fn element(text: &str, index: i64) -> Option<&str> {
    if kind(text) != Kind::Array {
        return None;
    }
    parts(text).nth(usize::try_from(index).ok()?).map(|(_, value)| value)
}

/// The document as people are shown it: doubles without the exponent that marks them.
pub fn printed(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let (mut at, mut copied) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        if *byte == b'"' {
            at += string_length(&bytes[at..]);
        } else if byte.is_ascii_digit() || *byte == b'-' {
            let length = value_length(&bytes[at..]);
            let number = text.get(at..at + length).unwrap_or_default();
            if number.contains('e') {
                out.push_str(text.get(copied..at).unwrap_or_default());
                json_number::print(number, &mut out);
                copied = at + length;
            }
            at += length.max(1);
        } else {
            at += 1;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// What orders and compares documents as bytes do: booleans, then numbers by their value, strings, arrays,
/// objects (Developer Guide, "Order by"). `None` for JSON null.
pub fn key(text: &str) -> Option<String> {
    let mut out = String::new();
    write_key(text, &mut out);
    (!out.is_empty()).then_some(out)
}

fn write_key(text: &str, out: &mut String) {
    match kind(text) {
        Kind::Null => {}
        Kind::Boolean => out.push_str(if text == "true" { "b1" } else { "b0" }),
        Kind::Number => {
            if let Some(number) = json_number::parse(text) {
                number.write_key(out);
            }
        }
        Kind::String => {
            out.push('s');
            out.push_str(unquote(text).trim_end_matches(' '));
        }
        Kind::Array => {
            out.push('t');
            for (_, value) in parts(text) {
                write_key(value, out);
                out.push('\u{1}');
            }
        }
        Kind::Object => {
            let mut members: Vec<(&str, &str)> = parts(text).collect();
            crate::sorted::sort_by(&mut members, |(one, _), (other, _)| one.cmp(other));
            out.push('u');
            for (name, value) in members {
                out.push_str(name);
                write_key(value, out);
                out.push('\u{1}');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_is_kept() {
        let form = |text| normalize(text);
        assert_eq!(
            form(" { \"b\" : [ 1 , 2.50 ] , \"a\":\"\\u0041\\/\" } ").unwrap(),
            r#"{"b":[1,2.50],"a":"A/"}"#
        );
        assert_eq!(form("12345678901234567890.123456789").unwrap(), "12345678901234567890.123456789");
        assert_eq!(form("[]").unwrap(), "[]");
        assert_eq!(form("1e3").unwrap(), "1e3");
        for wrong in ["", "{", "[1,]", "01", "1.", "tru", "'a'", "{\"a\"}", "\"\n\"", "[1] 2"] {
            assert_eq!(form(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn paths_slice_the_text() {
        let text = r#"{"a":[{"b,}":"x]"},[2,[3]],-1.5],"c":{}}"#;
        let array = member(text, "\"a\"").unwrap();
        assert_eq!(member(element(array, 0).unwrap(), "\"b,}\""), Some("\"x]\""));
        assert_eq!(element(array, 1), Some("[2,[3]]"));
        assert_eq!(element(array, 2), Some("-1.5"));
        assert_eq!(element(array, 3), None);
        assert_eq!(element(array, -1), None);
        assert_eq!(parts(member(text, "\"c\"").unwrap()).count(), 0);
        assert_eq!(member("[1]", "\"a\""), None);
    }

    #[test]
    fn keys_order_as_values_do() {
        let mut texts = [
            "[1]", "\"a\"", "10", "2", "-1.51", "-1.5", "-20", "0", "true", "false", "2.5", "\"B\"", "{}",
            "1e-3", "-1e-3",
        ];
        texts.sort_by_key(|text| key(text));
        assert_eq!(
            texts,
            [
                "false", "true", "-20", "-1.51", "-1.5", "-1e-3", "0", "1e-3", "2", "2.5", "10", "\"B\"",
                "\"a\"", "[1]", "{}"
            ]
        );
        assert_eq!(key("1"), key("1.00"));
        assert_eq!(key("100"), key("1e2"));
        assert_eq!(key("null"), None);
        assert_eq!(key(r#"{"a":1,"b":2}"#), key(r#"{"b":2.0,"a":1}"#));
    }

    #[test]
    fn doubles_print_plainly() {
        assert_eq!(printed(r#"[2e0,1.5e-1,"3e0",4]"#), r#"[2,0.15,"3e0",4]"#);
    }
}
