//! Bytes bent out of shape: flipped, cut, doubled, spliced with other examples, numbers put to their edges.

use crate::choice::Choices;

/// What formats, paths, JSON, TOML and Markdown turn on.
const WORDS: [&str; 40] = [
    "null",
    "true",
    "-1",
    "0",
    "1e999",
    "18446744073709551616",
    "\"",
    "'",
    "\\",
    "{",
    "}",
    "[",
    "]",
    "[[",
    "(",
    ")",
    ",",
    ":",
    "=",
    "\n",
    "\r\n",
    "\t",
    "|",
    "*",
    "?",
    "${aws:username}",
    "arn:aws:s3:::*",
    "--",
    "#",
    "```",
    "<b>",
    "&#0;",
    "\u{0}",
    "\u{feff}",
    "서울",
    "\\u0000",
    "\\ud800",
    "../",
    "s3://",
    "%",
];

/// Numbers that lengths and counts break at.
const EDGES: [u64; 9] =
    [0, 1, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0xffff_ffff, 0x7fff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff];

pub fn bend(example: &[u8], others: &[Vec<u8>], text: bool, choices: &mut Choices) -> Vec<u8> {
    let mut bytes = example.to_vec();
    for _ in 0..1 + choices.below(4) {
        change(&mut bytes, others, text, choices);
    }
    if text { String::from_utf8_lossy(&bytes).into_owned().into_bytes() } else { bytes }
}

fn change(bytes: &mut Vec<u8>, others: &[Vec<u8>], text: bool, choices: &mut Choices) {
    let at = choices.below(bytes.len() + 1);
    let most = choices.one(&[1, 2, 4, 16, 64]);
    let length = 1 + choices.below(most);
    let end = (at + length).min(bytes.len());
    match choices.below(9) {
        0 => drop(bytes.drain(at..end)),
        1 => bytes.truncate(at),
        2 => {
            let copy = bytes[at..end].to_vec();
            let times = if choices.chance(10) { 2_000 } else { 1 + choices.below(4) };
            bytes.splice(at..at, copy.repeat(times));
        }
        3 => {
            let other = &others[choices.below(others.len())];
            let from = choices.below(other.len() + 1);
            let to = (from + 1 + choices.below(64)).min(other.len());
            bytes.splice(at..end, other[from..to].iter().copied());
        }
        4 | 5 if text => drop(bytes.splice(at..end, choices.of(&WORDS).bytes())),
        6 if text => {
            // Nesting is what parsers lose their stack to.
            let open = choices.of(&["[", "{\"a\":", "(", "> ", "*", "{", "[[a]]\n", "- "]);
            let most = if choices.chance(30) { 20_000 } else { 20 };
            let times = 1 + choices.below(most);
            bytes.splice(at..at, open.repeat(times).into_bytes());
        }
        4 | 5 => {
            let number = choices.one(&EDGES).to_le_bytes();
            let width = choices.one(&[1, 2, 4, 8]);
            for (place, byte) in bytes.iter_mut().skip(at).zip(&number[..width]) {
                *place = *byte;
            }
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << choices.below(8);
            }
        }
    }
}
