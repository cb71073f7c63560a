//! JSON as a crawler looks at it: objects one behind the other, or in one array.

use serde_json::{Deserializer, Value};

use super::sample::Class;
use super::shape::{Shape, merged};

pub struct Seen {
    pub class: Class,
    pub columns: Vec<(String, Shape)>,
    pub records: u64,
    pub bytes: u64,
}

/// Objects looked at.
const MOST: u64 = 1_000;

/// `None`: it is no JSON, or its first value is no object. An end that is cut off does not matter.
pub fn look(bytes: &[u8]) -> Option<Seen> {
    let blank = |bytes: &[u8]| bytes.iter().take_while(|byte| b" \t\r\n,".contains(byte)).count();
    let mut at = blank(bytes);
    let array = bytes.get(at) == Some(&b'[');
    at += usize::from(array);
    let (mut columns, mut records) = (Vec::new(), 0);
    while records < MOST {
        at += blank(&bytes[at..]);
        let mut values = Deserializer::from_slice(&bytes[at..]).into_iter::<Value>();
        let Some(Ok(value)) = values.next() else { break };
        let Shape::Struct(members) = Shape::of_json(&value) else { return None };
        at += values.byte_offset();
        columns = merged(columns, members);
        records += 1;
    }
    (records > 0).then_some(Seen { class: Class::Json { array }, columns, records, bytes: at as u64 })
}
