//! The CLI's shorthand for structures: `Key=a,Values=[b,c],Nested={X=1}`, and `Values=b,c` for the same list.

use serde_json::{Map, Value};

use crate::aws::shape::{self, Kind, Member};
use crate::json::json;

/// A structure. The error says what was expected.
pub fn parse(text: &str) -> Result<Value, String> {
    Reader { text, at: 0 }.structure()
}

/// Gives the members of a structure, which shorthand reads as texts, the types of the shape, and lists of one.
pub fn typed(value: &mut Value, name: &str, service: &str, outer: &str) {
    let Some(members) = shape::structure(service, outer, name) else { return guess(value) };
    let Value::Object(map) = value else { return };
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
        (Kind::Boolean, Value::String(text)) => {
            if let Ok(flag) = text.to_ascii_lowercase().parse::<bool>() {
                *value = json!(flag);
            }
        }
        (Kind::Integer, Value::String(text)) => {
            if let Ok(number) = text.parse::<i64>() {
                *value = json!(number);
            }
        }
        (Kind::Number, Value::String(text)) => {
            if let Ok(number) = text.parse::<f64>() {
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

/// Where no shape tells: true and false are the words that can only be meant as such.
fn guess(value: &mut Value) {
    match value {
        Value::Object(map) => map.values_mut().for_each(guess),
        Value::Array(list) => list.iter_mut().for_each(guess),
        Value::String(text) => {
            if let Ok(flag) = text.parse::<bool>() {
                *value = json!(flag);
            }
        }
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

    fn blanks(&mut self) {
        self.at = self.text.len() - self.text[self.at..].trim_start().len();
    }

    /// This character, and the blanks on both sides of it.
    fn expect(&mut self, wanted: char) -> Result<(), String> {
        self.blanks();
        match self.peek() {
            Some(c) if c == wanted => self.at += 1,
            Some(c) => return Err(self.expected(&format!("'{wanted}'"), c)),
            None => return Err(self.fault(&format!("'{wanted}'"), "EOF")),
        }
        self.blanks();
        Ok(())
    }

    fn expected(&self, wanted: &str, got: char) -> String {
        self.fault(wanted, &got.to_string())
    }

    fn fault(&self, wanted: &str, got: &str) -> String {
        format!("Expected: {wanted}, received: '{got}' for input:\n{}", self.place())
    }

    /// The text, and where in it the reader stands.
    fn place(&self) -> String {
        format!("{}\n{}^", self.text, " ".repeat(self.text[..self.at].chars().count()))
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
                Ok(rest[1..=length].replace(&format!("\\{quote}"), &quote.to_string()).replace("\\\\", "\\"))
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

    fn key(&mut self) -> Result<String, String> {
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.#/:".contains(c)));
        let key = &rest[..length.unwrap_or(rest.len())];
        self.at += key.len();
        self.expect('=')?;
        Ok(key.to_owned())
    }

    /// `key=value,...` up to the end.
    fn structure(&mut self) -> Result<Value, String> {
        let mut map = Map::new();
        loop {
            let begun = self.at;
            let key = self.key()?;
            let value = self.values()?;
            if map.contains_key(&key) {
                self.at = begun;
                let place = self.place();
                return Err(format!(
                    "Second instance of key \"{key}\" encountered for input:\n{place}\nThis is often because there is a preceding \",\" instead of a space."
                ));
            }
            map.insert(key, value);
            if self.peek().is_none() {
                return Ok(Value::Object(map));
            }
            self.expect(',')?;
        }
    }

    /// A value, or several behind one another: what follows a comma and is no pair belongs to the same key.
    fn values(&mut self) -> Result<Value, String> {
        let first = self.value()?;
        if !first.is_string() {
            return Ok(first);
        }
        self.blanks();
        let mut list = vec![first];
        while self.peek() == Some(',') {
            let comma = self.at;
            self.expect(',')?;
            let next = self.text[self.at..].split(',').next().unwrap_or("");
            if self.peek().is_none() {
                return Err(self.fault("'<second>'", "<none>"));
            }
            let quoted = next.starts_with(['\'', '"']);
            if !quoted && (next.is_empty() || next.starts_with(['[', '{']) || next.contains('=')) {
                self.at = comma;
                break;
            }
            list.push(json!(self.take(&[','])?));
            self.blanks();
        }
        Ok(if list.len() == 1 { list.swap_remove(0) } else { Value::Array(list) })
    }

    fn value(&mut self) -> Result<Value, String> {
        let end = match self.peek() {
            Some('{') => '}',
            Some('[') => ']',
            _ => return Ok(json!(self.take(&[',', '}', ']'])?)),
        };
        self.at += 1;
        self.blanks();
        let (mut map, mut list) = (Map::new(), Vec::new());
        while self.peek() != Some(end) {
            if end == '}' {
                let key = self.key()?;
                let value = self.value()?;
                map.insert(key, value);
            } else {
                list.push(self.value()?);
            }
            self.blanks();
            if self.peek() != Some(end) {
                self.expect(',')?;
            }
        }
        self.at += 1;
        Ok(if end == '}' { Value::Object(map) } else { Value::Array(list) })
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
