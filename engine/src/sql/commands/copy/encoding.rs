//! ENCODING: files that are not UTF-8 become it before they are read.

use crate::sql::error::{SqlError, SqlResult};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// The byte order mark says which end comes first.
    Utf16,
    Utf16Le,
    Utf16Be,
    Iso88591,
}

impl Encoding {
    pub fn named(name: &str) -> SqlResult<Self> {
        Ok(match name.to_ascii_uppercase().replace('-', "").as_str() {
            "UTF8" => Encoding::Utf8,
            "UTF16" => Encoding::Utf16,
            "UTF16LE" => Encoding::Utf16Le,
            "UTF16BE" => Encoding::Utf16Be,
            "ISO88591" => Encoding::Iso88591,
            // unconfirmed: the sentence.
            _ => return Err(SqlError::product("42601", format!("invalid encoding name \"{name}\""))),
        })
    }

    /// The text in UTF-8; `None` where the bytes are not in this encoding.
    pub fn decoded(self, bytes: &[u8]) -> Option<Vec<u8>> {
        let (big, body) = match (self, bytes) {
            (Encoding::Utf8, _) => return Some(bytes.to_vec()),
            (Encoding::Iso88591, _) => {
                return Some(bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes());
            }
            (Encoding::Utf16 | Encoding::Utf16Be, [0xfe, 0xff, body @ ..]) => (true, body),
            (Encoding::Utf16 | Encoding::Utf16Le, [0xff, 0xfe, body @ ..]) => (false, body),
            (Encoding::Utf16, _) => return None,
            (Encoding::Utf16Le, body) => (false, body),
            (Encoding::Utf16Be, body) => (true, body),
        };
        let (pairs, []) = body.as_chunks::<2>() else { return None };
        let units =
            pairs.iter().map(|pair| if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) });
        char::decode_utf16(units).collect::<Result<String, _>>().ok().map(String::into_bytes)
    }
}
