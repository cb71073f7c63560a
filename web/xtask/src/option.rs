//! The words behind a command: options with a value, switches, and nothing unknown.

use std::collections::BTreeMap;

/// Options as typed; a switch has an empty value.
#[derive(Debug, Default, PartialEq)]
pub struct Options {
    given: BTreeMap<String, String>,
}

impl Options {
    /// Reads `--name value`, `--name=value` and `--switch`.
    ///
    /// # Errors
    /// An unknown word, or an option without its value.
    pub fn read(words: &[String], valued: &[&str], switches: &[&str]) -> Result<Self, String> {
        let mut given = BTreeMap::new();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (name, joined) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (word.as_str(), None),
            };
            let value = if valued.contains(&name) {
                joined.or_else(|| words.next().cloned()).ok_or_else(|| format!("{name} needs a value"))?
            } else if switches.contains(&name) && joined.is_none() {
                String::new()
            } else {
                let known: Vec<&str> = valued.iter().chain(switches).copied().collect();
                return Err(format!("`{word}` is not known here; options: {}", known.join(" ")));
            };
            given.insert(name.to_owned(), value);
        }
        Ok(Options { given })
    }

    pub fn has(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str)
    }

    pub fn owned(&self, name: &str) -> Option<String> {
        self.given.get(name).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Options, String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Options::read(&words, &["--out"], &["--quick"])
    }

    #[test]
    fn values_come_joined_or_apart() {
        assert_eq!(read("--out a").unwrap(), read("--out=a").unwrap());
        assert!(read("--quick").unwrap().has("--quick"));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        assert!(read("--fast").unwrap_err().contains("--fast"));
        assert!(read("--out").unwrap_err().contains("needs a value"));
    }
}
