//! Pages: the CLI asks for all of them and shows one answer, of which `--max-items` shows a part.

use serde_json::{Map, Value};

use crate::aws::ApiError;
use crate::aws::shape::Member;
use crate::json::json;

/// How services name the token that comes with a page, and how they want it back.
const TOKENS: [(&str, &str); 5] = [
    ("NextContinuationToken", "ContinuationToken"),
    ("NextToken", "NextToken"),
    ("nextToken", "nextToken"),
    ("NextMarker", "Marker"),
    ("Marker", "Marker"),
];

/// What the user asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pages {
    pub most: Option<usize>,
    /// How many of them each call asks for.
    pub size: Option<usize>,
    pub from: usize,
}

/// Whether an operation answers in pages that the CLI puts together. Cost Explorer's and a few others it does not.
pub fn is_paged(operation: &str, members: &[Member]) -> bool {
    if let "GetLogEvents" | "ListCrawlers" | "ListWorkGroups" = operation {
        return false;
    }
    let named = |name: &str| members.iter().any(|member| member.name == name);
    TOKENS.iter().any(|(_, back)| named(back)) || named("KeyMarker")
}

/// How services name the size of a page.
const SIZES: [&str; 8] =
    ["limit", "MaxResults", "maxResults", "MaxRecords", "MaxItems", "MaxKeys", "MaxParts", "MaxUploads"];

/// The member that says how large a page is to be.
pub fn size(members: &[Member]) -> Option<&'static str> {
    SIZES.into_iter().find(|size| members.iter().any(|member| member.name == *size))
}

/// Whether a call names the size of its page or the token of one.
pub fn is_sized(parameters: &Value) -> bool {
    let tokens = TOKENS.iter().map(|(_, back)| *back);
    SIZES.into_iter().chain(tokens).any(|member| parameters.get(member).is_some())
}

/// The token of the next page and the member that takes it, out of an answer.
fn next(answer: &mut Value) -> Option<(&'static str, Value)> {
    let fields = answer.as_object_mut()?;
    for (told, back) in TOKENS {
        if let Some(token) = fields.get(told).filter(|token| token.is_string()).cloned() {
            fields.shift_remove(told);
            return Some((back, token));
        }
    }
    None
}

/// Asks for all further pages, `most` at most, and puts them behind the first.
///
/// # Errors
/// Those of the calls.
pub fn gather(
    answer: &mut Value,
    parameters: &Value,
    most: usize,
    ask: &mut dyn FnMut(Value) -> Result<Value, ApiError>,
) -> Result<(), ApiError> {
    for _ in 0..most {
        let Some((member, token)) = next(answer) else { break };
        let mut more = parameters.clone();
        more[member] = token;
        join(answer, ask(more)?);
    }
    if let Some(fields) = answer.as_object_mut().filter(|fields| fields.get("IsTruncated").is_some()) {
        fields.shift_remove("IsTruncated");
    }
    Ok(())
}

/// Adds a page's lists to those before it.
fn join(answer: &mut Value, page: Value) {
    let (Some(fields), Value::Object(page)) = (answer.as_object_mut(), page) else { return };
    for (name, value) in page {
        match (fields.get_mut(&name), value) {
            (Some(Value::Array(list)), Value::Array(more)) => list.extend(more),
            (None, value) => {
                fields.insert(name, value);
            }
            _ => {}
        }
    }
}

/// Cuts the answer's first list and says where it goes on.
pub fn cut(answer: &mut Value, pages: Pages, members: &[Member]) {
    let Some(fields) = answer.as_object_mut() else { return };
    let Some((_, Value::Array(list))) = fields.iter_mut().find(|(_, value)| value.is_array()) else { return };
    list.drain(..pages.from.min(list.len()));
    let Some(most) = pages.most.filter(|most| list.len() > *most) else { return };
    list.truncate(most);
    let back = TOKENS.iter().find(|(_, back)| members.iter().any(|member| member.name == *back));
    let back = back.map_or("KeyMarker", |(_, back)| back);
    let token = format!("{{\"{back}\": null, \"boto_truncate_amount\": {}}}", pages.from + most);
    fields.insert("NextToken".to_owned(), json!(base64(token.as_bytes())));
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = ALPHABET[(word >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// Where a token that [`cut`] made goes on.
pub fn starting(token: &str) -> Option<usize> {
    let mut bytes = Vec::new();
    let (mut word, mut bits) = (0_u32, 0);
    for letter in token.trim_end_matches('=').bytes() {
        let value = ALPHABET.iter().position(|known| *known == letter)?;
        word = word << 6 | value as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((word >> bits & 255) as u8);
        }
    }
    let fields: Map<String, Value> = serde_json::from_slice(&bytes).ok()?;
    fields.get("boto_truncate_amount")?.as_u64().map(|amount| amount as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back() {
        let token = base64(b"{\"Marker\": null, \"boto_truncate_amount\": 1}");
        assert_eq!(token, "eyJNYXJrZXIiOiBudWxsLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAxfQ==");
        assert_eq!(starting(&token), Some(1));
        assert_eq!(starting("nonsense!"), None);
    }
}
