//! The CLI's shorthand for structures: `Key=a,Values=[b,c],Nested={X=1}`, and `Values=b,c` for the same list.

use serde_json::{Map, Value};

use crate::aws::shape::{self, Kind, Member};
use crate::json::json;

/// A structure. The error says what was expected.
pub fn parse(text: &str) -> Result<Value, String> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.pairs(None)?;
    match reader.peek() {
        None => Ok(value),
        Some(c) => Err(reader.expected("','", c)),
    }
}

/// Gives the members of a structure, which shorthand reads without types, those of the shape: numbers, and lists of one.
pub fn typed(value: &mut Value, name: &str, service: &str, outer: &str) {
    let (Value::Object(map), Some(members)) = (value, shape::structure(service, outer, name)) else { return };
    for member in &members {
        if let Some(value) = map.get_mut(member.name) {
            fit(value, member, service, name);
        }
    }
}

fn fit(value: &mut Value, member: &Member, service: &str, outer: &str) {
    let many = matches!(member.kind, Kind::Strings | Kind::Structures);
    if many && !value.is_array() {
        *value = Value::Array(vec![value.take()]);
    }
    match (member.kind, &mut *value) {
        (Kind::String, Value::Bool(flag)) => *value = json!(flag.to_string()),
        (Kind::Integer, Value::String(text)) => {
            if let Ok(number) = text.parse::<i64>() {
                *value = json!(number);
            }
        }
        (Kind::Structures, Value::Array(list)) => {
            list.iter_mut().for_each(|item| typed(item, member.name, service, outer));
        }
        (Kind::Structure, inner) => typed(inner, member.name, service, outer),
        _ => {}
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn expected(&self, wanted: &str, got: char) -> String {
        self.fault(wanted, &got.to_string())
    }

    fn fault(&self, wanted: &str, got: &str) -> String {
        let before = self.text[..self.at].chars().count();
        format!("Expected: {wanted}, received: '{got}' for input:\n{}\n{}^", self.text, " ".repeat(before))
    }

    /// A quoted text, in which a backslash keeps the quote, or one up to a stop, in which it keeps a comma.
    fn take(&mut self, stops: &[char]) -> Result<String, String> {
        let rest = &self.text[self.at..];
        let quote = rest.chars().next().filter(|c| *c == '\'' || *c == '"');
        let begun = usize::from(quote.is_some());
        let mut escaped = false;
        let found = rest[begun..].find(|c| {
            let ends = quote.map_or_else(|| stops.contains(&c), |quote| c == quote);
            let kept = escaped;
            escaped = c == '\\' && !kept;
            ends && !(kept && (quote.is_some() || c == ','))
        });
        match (quote, found) {
            (Some(quote), Some(length)) => {
                self.at += length + 2;
                Ok(rest[1..=length].replace(&format!("\\{quote}"), &quote.to_string()))
            }
            (Some(quote), None) => {
                let kind = if quote == '"' { "double" } else { "singled" };
                Err(self.fault(&format!("'<{kind} quoted>'"), "<none>"))
            }
            (None, found) => {
                let length = found.unwrap_or(rest.len());
                self.at += length;
                Ok(rest[..length].trim().replace("\\,", ","))
            }
        }
    }

    /// `key=value,...` up to `end`.
    fn pairs(&mut self, end: Option<char>) -> Result<Value, String> {
        let mut map = Map::new();
        if end.is_some() && self.peek() == end {
            return Ok(Value::Object(map));
        }
        loop {
            let key = self.take(&['=', ',', '}', ']'])?;
            match self.peek() {
                Some('=') => self.at += 1,
                Some(c) => return Err(self.expected("'='", c)),
                None => return Err(self.fault("'='", "EOF")),
            }
            let value = self.value()?;
            map.insert(key, value);
            match self.peek() {
                Some(',') => self.at += 1,
                _ => return Ok(Value::Object(map)),
            }
        }
    }

    fn value(&mut self) -> Result<Value, String> {
        match self.peek() {
            Some('{') => {
                self.at += 1;
                let value = self.pairs(Some('}'))?;
                self.close('}')?;
                Ok(value)
            }
            Some('[') => {
                self.at += 1;
                let mut list = Vec::new();
                while self.peek() != Some(']') {
                    list.push(if self.peek() == Some('{') {
                        self.value()?
                    } else {
                        scalar(self.take(&[',', '}', ']'])?)
                    });
                    if self.peek() == Some(',') {
                        self.at += 1;
                    } else {
                        break;
                    }
                }
                self.close(']')?;
                Ok(Value::Array(list))
            }
            _ => {
                let stops = &[',', '}', ']'];
                let first = scalar(self.take(stops)?);
                let mut list = Vec::new();
                // What follows a comma and is no pair belongs to the same value.
                while self.peek() == Some(',')
                    && self.text[self.at + 1..].split(stops).next().is_some_and(|next| !next.contains('='))
                {
                    self.at += 1;
                    list.push(scalar(self.take(stops)?));
                }
                if list.is_empty() {
                    return Ok(first);
                }
                list.insert(0, first);
                Ok(Value::Array(list))
            }
        }
    }

    fn close(&mut self, end: char) -> Result<(), String> {
        match self.peek() {
            Some(c) if c == end => {
                self.at += c.len_utf8();
                Ok(())
            }
            Some(c) => Err(self.expected("','", c)),
            None => Err(self.fault("','", "EOF")),
        }
    }
}

/// Shorthand knows no types; true and false are the words that can only be meant as such.
fn scalar(text: String) -> Value {
    match text.as_str() {
        "true" => json!(true),
        "false" => json!(false),
        _ => json!(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shorthand() {
        assert_eq!(parse("Key=a,Value='b,c'").unwrap(), json!({"Key": "a", "Value": "b,c"}));
        assert_eq!(parse("A=[x,y],B={C=1}").unwrap(), json!({"A": ["x", "y"], "B": {"C": "1"}}));
        assert_eq!(parse("A=x,y,B=z").unwrap(), json!({"A": ["x", "y"], "B": "z"}));
        assert_eq!(parse(r"A=x\,y,B='it\'s'").unwrap(), json!({"A": "x,y", "B": "it's"}));
        assert!(parse("Key").unwrap_err().starts_with("Expected: '=', received: 'EOF'"));
    }
}
