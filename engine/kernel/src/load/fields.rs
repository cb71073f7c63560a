//! A line of an external table's file to its fields.

use std::ops::Range;

/// A line's fields between delimiters; whether there are as many as targets.
pub fn split(
    line: &[u8],
    delimiter: u8,
    escape: bool,
    targets: &[Option<usize>],
    scratch: &mut Vec<u8>,
    found: &mut [Option<Range<usize>>],
) -> bool {
    let mut rest = line.iter().copied();
    for (number, target) in targets.iter().enumerate() {
        let start = scratch.len();
        let mut ended = true;
        while let Some(byte) = rest.next() {
            if byte == delimiter {
                ended = false;
                break;
            }
            scratch.extend(if escape && byte == b'\\' { rest.next() } else { Some(byte) });
        }
        if let Some(target) = target {
            found[*target] = Some(start..scratch.len());
        }
        if ended {
            return number + 1 == targets.len();
        }
    }
    false
}

/// A line as OpenCSVSerde reads it: a quote within quotes is doubled or escaped.
pub fn csv(
    line: &[u8],
    [delimiter, quote, escape]: [u8; 3],
    targets: &[Option<usize>],
    scratch: &mut Vec<u8>,
    found: &mut [Option<Range<usize>>],
) -> bool {
    let mut rest = line.iter().copied().peekable();
    for (number, target) in targets.iter().enumerate() {
        let start = scratch.len();
        let mut quoted = false;
        let mut ended = true;
        while let Some(byte) = rest.next() {
            let next = rest.peek().copied();
            let escaped = byte == escape && escape != quote && (next == Some(quote) || next == Some(escape));
            if escaped || byte == quote && quoted && next == Some(quote) {
                scratch.extend(rest.next());
            } else if byte == quote {
                quoted = !quoted;
            } else if byte == delimiter && !quoted {
                ended = false;
                break;
            } else {
                scratch.push(byte);
            }
        }
        if let Some(target) = target {
            found[*target] = Some(start..scratch.len());
        }
        if ended {
            return number + 1 == targets.len();
        }
    }
    false
}
