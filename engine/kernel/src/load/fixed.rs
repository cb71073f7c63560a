//! FIXEDWIDTH: fields by how many characters they have.

use super::error::{Fault, shown};
use super::reader::{File, Reader, Refused, is_null};

impl Reader {
    /// One line into the builders; leaves the cursor behind it, whatever comes of it.
    pub(super) fn fixed(&mut self, file: &mut File, bytes: &[u8]) -> Result<(), Refused> {
        let start = file.cursor.at;
        file.cursor.skip_line(bytes);
        let mut line = &bytes[start..file.cursor.at];
        line = line.strip_suffix(b"\n").unwrap_or(line);
        line = line.strip_suffix(b"\r").unwrap_or(line);
        let widths = std::mem::take(&mut self.options.widths);
        let read = self.fields(line, &widths);
        self.options.widths = widths;
        read
    }

    fn fields(&mut self, line: &[u8], widths: &[u32]) -> Result<(), Refused> {
        let mut rest = line;
        for number in 0..self.columns.len() {
            let width = widths.get(number).copied().unwrap_or(0);
            if rest.is_empty() && number > 0 {
                if !self.options.fill_record {
                    return Err((Some(number), String::new(), Fault::Missing));
                }
                let is_text = self.builders.get(number).is_some_and(super::column::Builder::is_text);
                self.put(number, b"", !is_text || self.options.empty_as_null)?;
                continue;
            }
            let (field, behind) = rest.split_at(characters(rest, width as usize));
            rest = behind;
            let is_text = self.builders.get(number).is_some_and(super::column::Builder::is_text);
            let null = is_null(field, false, is_text, &self.options);
            self.put(number, field, null)?;
        }
        if rest.is_empty() { Ok(()) } else { Err((None, shown(rest), Fault::ExtraColumns)) }
    }
}

/// Bytes of the first `many` characters; of bytes that are no UTF-8 each is one.
fn characters(bytes: &[u8], many: usize) -> usize {
    let mut at = 0;
    for _ in 0..many {
        if at >= bytes.len() {
            break;
        }
        at += 1;
        while bytes.get(at).is_some_and(|byte| byte & 0xc0 == 0x80) {
            at += 1;
        }
    }
    at
}
