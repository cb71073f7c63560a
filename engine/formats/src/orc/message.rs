//! Protobuf as far as ORC's descriptions need it: fields one after the other, looked up by their numbers.

/// A message that is read anew for every question: they are short, and few are asked.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a>(pub &'a [u8]);

#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// A number of seven bits a byte, the lowest first.
pub fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// A signed number that was written as 0, -1, 1, -2, ...
pub fn zigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

impl<'a> Message<'a> {
    /// Every field, up to where the message is damaged.
    pub fn fields(self) -> impl Iterator<Item = (u64, Value<'a>)> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let key = varint(&mut rest)?;
            let mut take = |length: usize| {
                let (taken, after) = rest.split_at_checked(length)?;
                rest = after;
                Some(taken)
            };
            let value = match key & 7 {
                0 => Value::Number(varint(&mut rest)?),
                1 => Value::Number(u64::from_le_bytes(take(8)?.try_into().ok()?)),
                2 => {
                    let length = usize::try_from(varint(&mut rest)?).ok()?;
                    let (taken, after) = rest.split_at_checked(length)?;
                    rest = after;
                    Value::Bytes(taken)
                }
                5 => Value::Number(u64::from(u32::from_le_bytes(take(4)?.try_into().ok()?))),
                _ => return None,
            };
            Some((key >> 3, value))
        })
    }

    /// The last one counts.
    pub fn number(self, wanted: u64) -> Option<u64> {
        let found = self.fields().filter(|(number, _)| *number == wanted);
        found.filter_map(|(_, value)| matches!(value, Value::Number(_)).then_some(value)).last().and_then(
            |value| match value {
                Value::Number(number) => Some(number),
                Value::Bytes(_) => None,
            },
        )
    }

    /// Strings and messages under a number, in their order.
    pub fn all(self, wanted: u64) -> impl Iterator<Item = &'a [u8]> {
        self.fields().filter_map(move |(number, value)| match value {
            Value::Bytes(bytes) if number == wanted => Some(bytes),
            _ => None,
        })
    }

    pub fn bytes(self, wanted: u64) -> Option<&'a [u8]> {
        self.all(wanted).last()
    }

    pub fn message(self, wanted: u64) -> Option<Message<'a>> {
        self.bytes(wanted).map(Message)
    }

    /// Numbers under a number, packed into one field or not.
    pub fn numbers(self, wanted: u64) -> Vec<u64> {
        let mut found = Vec::new();
        for (number, value) in self.fields() {
            match value {
                _ if number != wanted => {}
                Value::Number(number) => found.push(number),
                Value::Bytes(mut packed) => {
                    while let Some(number) = varint(&mut packed) {
                        found.push(number);
                    }
                }
            }
        }
        found
    }
}
