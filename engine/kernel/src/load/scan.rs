//! Finds the fields of a line.
//!
//! A field is usually a slice of the file; only where quotes or escapes must be undone is it copied into a
//! scratch buffer, which lives as long as the reader.

use super::error::Fault;
use super::options::Format;

/// A field's text and what was around it.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Byte range: in the file, or in the scratch buffer when `copied`.
    pub start: usize,
    pub end: usize,
    pub copied: bool,
    pub quoted: bool,
    /// The line ended behind it.
    pub last: bool,
}

/// Where the first byte stands that is `one` or `other`, looking at eight bytes at a time: fields are mostly too
/// short for anything wider to pay.
#[inline]
fn position_of(bytes: &[u8], one: u8, other: u8) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (ones, others) = (ONES * u64::from(one), ONES * u64::from(other));
    // The lowest bit that is set marks the first zero byte; those above it may be wrong.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ ones) | zeros(word ^ others);
        if found != 0 {
            return Some(at * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let at = rest.iter().position(|byte| *byte == one || *byte == other)?;
    Some(bytes.len() - rest.len() + at)
}

/// A place in a file's bytes.
#[derive(Clone, Debug, Default)]
pub struct Cursor {
    pub at: usize,
    pub scratch: Vec<u8>,
    /// Line ends met inside fields since somebody last set this to 0.
    pub newlines: u64,
}

impl Cursor {
    /// The next field, leaving the cursor behind its delimiter or line end.
    #[inline]
    pub fn field(&mut self, bytes: &[u8], format: Format) -> Result<Field, Fault> {
        match format {
            Format::Delimited { delimiter, escape: false, remove_quotes: false } => {
                Ok(self.plain(bytes, delimiter))
            }
            Format::Delimited { delimiter, escape, remove_quotes } => {
                self.dressed(bytes, delimiter, escape, remove_quotes)
            }
            Format::Csv { delimiter, quote } => {
                let start = self.at;
                // A quote may stand behind blanks; without one the field is as plain as any.
                let mut at = start;
                while bytes.get(at) == Some(&b' ') {
                    at += 1;
                }
                if bytes.get(at) == Some(&quote) {
                    self.quoted(bytes, at, delimiter, quote)
                } else {
                    Ok(self.plain(bytes, delimiter))
                }
            }
            // Their readers never come here.
            Format::FixedWidth | Format::Json => Err(Fault::DelimiterNotFound),
        }
    }

    #[inline]
    fn plain(&mut self, bytes: &[u8], delimiter: u8) -> Field {
        let start = self.at;
        let rest = &bytes[start..];
        let length = position_of(rest, delimiter, b'\n').unwrap_or(rest.len());
        self.ended(bytes, start, start + length, false, false)
    }

    /// A field from `start` to `end`; steps over what ends it.
    #[inline]
    fn ended(&mut self, bytes: &[u8], start: usize, end: usize, copied: bool, quoted: bool) -> Field {
        // `end` is where the delimiter stands in the file when the text was not copied.
        let at = if copied || quoted { self.at } else { end };
        let last = at >= bytes.len() || bytes[at] == b'\n';
        self.at = (at + 1).min(bytes.len());
        let mut end = end;
        if last && !copied && !quoted && end > start && bytes[end - 1] == b'\r' {
            end -= 1;
        }
        Field { start, end, copied, quoted, last }
    }

    /// A CSV field whose opening quote stands at `open`; a doubled quote is one quote.
    fn quoted(&mut self, bytes: &[u8], open: usize, delimiter: u8, quote: u8) -> Result<Field, Fault> {
        let start = open + 1;
        let mut at = start;
        let mut copied = false;
        loop {
            match bytes[at.min(bytes.len())..].iter().position(|byte| *byte == quote) {
                None => {
                    self.at = bytes.len();
                    return Err(Fault::EndQuote);
                }
                Some(length) if bytes.get(at + length + 1) == Some(&quote) => {
                    if !copied {
                        self.scratch.clear();
                        copied = true;
                    }
                    self.scratch.extend_from_slice(&bytes[at..=at + length]);
                    at += length + 2;
                }
                Some(length) => {
                    if copied {
                        self.scratch.extend_from_slice(&bytes[at..at + length]);
                    }
                    at += length;
                    break;
                }
            }
        }
        let end = at;
        self.newlines += bytes[start..end].iter().filter(|byte| **byte == b'\n').count() as u64;
        at += 1;
        while matches!(bytes.get(at), Some(b' ' | b'\r')) {
            at += 1;
        }
        if at < bytes.len() && bytes[at] != delimiter && bytes[at] != b'\n' {
            self.at = at;
            return Err(Fault::QuoteFormat);
        }
        self.at = at;
        let (start, end) = if copied { (0, self.scratch.len()) } else { (start, end) };
        Ok(self.ended(bytes, start, end, copied, true))
    }

    /// Delimited text with ESCAPE or REMOVEQUOTES.
    fn dressed(
        &mut self,
        bytes: &[u8],
        delimiter: u8,
        escape: bool,
        remove_quotes: bool,
    ) -> Result<Field, Fault> {
        let mut at = self.at;
        let quote = match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) if remove_quotes => Some(*quote),
            _ => None,
        };
        if quote.is_some() {
            at += 1;
        }
        self.scratch.clear();
        loop {
            match bytes.get(at) {
                None | Some(b'\n') if quote.is_some() => {
                    self.at = at;
                    return Err(Fault::EndQuote);
                }
                None | Some(b'\n') => break,
                Some(b'\\') if escape && at + 1 < bytes.len() => {
                    // The null marker stays as it is written.
                    if bytes[at + 1] == b'N' {
                        self.scratch.push(b'\\');
                    }
                    self.newlines += u64::from(bytes[at + 1] == b'\n');
                    self.scratch.push(bytes[at + 1]);
                    at += 2;
                }
                Some(byte) => {
                    let next = bytes.get(at + 1).copied();
                    let ends = matches!(next, None | Some(b'\n' | b'\r')) || next == Some(delimiter);
                    if quote == Some(*byte) && ends {
                        at += 1;
                        break;
                    }
                    if quote.is_none() && *byte == delimiter {
                        break;
                    }
                    self.scratch.push(*byte);
                    at += 1;
                }
            }
        }
        if bytes.get(at) == Some(&b'\r') && matches!(bytes.get(at + 1), None | Some(b'\n')) {
            at += 1;
        } else if matches!(bytes.get(at), None | Some(b'\n'))
            && quote.is_none()
            && self.scratch.last() == Some(&b'\r')
        {
            self.scratch.pop();
        }
        self.at = at;
        let end = self.scratch.len();
        Ok(self.ended(bytes, 0, end, true, quote.is_some()))
    }

    /// Goes on to the next line.
    pub fn skip_line(&mut self, bytes: &[u8]) {
        let rest = &bytes[self.at.min(bytes.len())..];
        self.at += rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |length| length + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_two_bytes_is_found_wherever_it_stands() {
        for length in 0..40 {
            for first in 0..length {
                let mut bytes = vec![b'-'; length];
                bytes[first..].fill(b'.');
                assert_eq!(position_of(&bytes, b'.', b'\n'), Some(first));
                assert_eq!(position_of(&bytes, b'\n', b'.'), Some(first));
                bytes[first] = b'\n';
                assert_eq!(position_of(&bytes, b'.', b'\n'), Some(first));
            }
            assert_eq!(position_of(&vec![b'-'; length], b'.', b'\n'), None);
        }
    }

    fn fields(text: &str, format: Format) -> Result<Vec<String>, Fault> {
        let mut cursor = Cursor::default();
        let mut found = Vec::new();
        loop {
            let field = cursor.field(text.as_bytes(), format)?;
            let source = if field.copied { &cursor.scratch } else { text.as_bytes() };
            found.push(String::from_utf8(source[field.start..field.end].to_vec()).unwrap());
            if field.last {
                return Ok(found);
            }
        }
    }

    #[test]
    fn csv() {
        let csv = Format::Csv { delimiter: b',', quote: b'"' };
        assert_eq!(fields("a,b,\r\n", csv).unwrap(), ["a", "b", ""]);
        assert_eq!(fields("\"a,b\", \"x\ny\" ,\"1\"\"2\"\n", csv).unwrap(), ["a,b", "x\ny", "1\"2"]);
        assert_eq!(fields("\"a", csv), Err(Fault::EndQuote));
        assert_eq!(fields("\"a\"b,c\n", csv), Err(Fault::QuoteFormat));
    }

    #[test]
    fn remove_quotes() {
        let quotes = Format::Delimited { delimiter: b'|', escape: false, remove_quotes: true };
        for (text, expected) in [
            ("\"The delimiter is a pipe (|) character\"", "The delimiter is a pipe (|) character"),
            ("'Black'", "Black"),
            ("\"White\"", "White"),
            ("Blue'", "Blue'"),
            ("' ' 'Black' ' '", "' 'Black' '"),
            ("' '", " "),
        ] {
            let wanted = if text.contains("' 'Black") { " ' 'Black' ' " } else { expected };
            assert_eq!(fields(text, quotes).unwrap(), [wanted], "{text}");
        }
        assert_eq!(fields("'Blue\n", quotes), Err(Fault::EndQuote));
    }

    #[test]
    fn escape() {
        let escape = Format::Delimited { delimiter: b'|', escape: true, remove_quotes: false };
        assert_eq!(fields("a\\|b|c\\\nd|\\\\|\\N\r\n", escape).unwrap(), ["a|b", "c\nd", "\\", "\\N"]);
    }
}
