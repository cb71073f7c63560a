//! Where a text stops being JSON, in the words of Python's `json`, which the CLI repeats.

/// The sentence for a text that is no JSON: `Expecting ',' delimiter: line 1 column 12 (char 11)`.
pub fn fault(text: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut reader = Reader { letters: &letters, at: 0, depth: 0 };
    let found = reader.value().and_then(|()| {
        reader.blanks();
        if reader.at < letters.len() { Err(("Extra data", reader.at)) } else { Ok(()) }
    });
    let (what, at) = found.err()?;
    let before = &letters[..at.min(letters.len())];
    let line = before.iter().filter(|c| **c == '\n').count() + 1;
    let column = at - before.iter().rposition(|c| *c == '\n').map_or(0, |start| start + 1) + 1;
    Some(format!("{what}: line {line} column {column} (char {at})"))
}

type Read = Result<(), (&'static str, usize)>;

struct Reader<'a> {
    letters: &'a [char],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Read {
        self.blanks();
        let start = self.at;
        match self.peek() {
            Some('{') => self.list('}'),
            Some('[') => self.list(']'),
            Some('"') => self.string(),
            Some(c) if c.is_ascii_alphanumeric() || c == '-' => {
                while self.peek().is_some_and(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) {
                    self.at += 1;
                }
                let word: String = self.letters[start..self.at].iter().collect();
                let read = serde_json::from_str::<serde_json::Value>(&word);
                read.map(|_| ()).map_err(|_| ("Expecting value", start))
            }
            _ => Err(("Expecting value", start)),
        }
    }

    /// The rest of an object or an array, whose bracket comes next.
    fn list(&mut self, end: char) -> Read {
        // serde_json reads 128 levels.
        self.depth += 1;
        if self.depth > 128 {
            return Err(("maximum recursion depth exceeded", self.at));
        }
        self.at += 1;
        self.blanks();
        if self.peek() == Some(end) {
            self.depth -= 1;
            self.at += 1;
            return Ok(());
        }
        loop {
            if end == '}' {
                self.blanks();
                if self.peek() != Some('"') {
                    return Err(("Expecting property name enclosed in double quotes", self.at));
                }
                self.string()?;
                self.blanks();
                if self.peek() != Some(':') {
                    return Err(("Expecting ':' delimiter", self.at));
                }
                self.at += 1;
            }
            self.value()?;
            self.blanks();
            match self.peek() {
                Some(',') => self.at += 1,
                Some(c) if c == end => {
                    self.at += 1;
                    self.depth -= 1;
                    return Ok(());
                }
                _ => return Err(("Expecting ',' delimiter", self.at)),
            }
        }
    }

    fn string(&mut self) -> Read {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err(("Unterminated string starting at", start)),
                Some('"') => break,
                Some('\\') => {
                    if !self.letters.get(self.at + 1).is_some_and(|c| "\"\\/bfnrtu".contains(*c)) {
                        return Err(("Invalid \\escape", self.at));
                    }
                    self.at += 1;
                }
                Some(c) if c < ' ' => return Err(("Invalid control character at", self.at)),
                Some(_) => {}
            }
            self.at += 1;
        }
        self.at += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    /// What Python 3.11 says to these.
    #[test]
    fn pythons_words() {
        for (text, expected) in [
            ("[{\"Key\":\"a\"", "Expecting ',' delimiter: line 1 column 12 (char 11)"),
            ("{\"Status\"", "Expecting ':' delimiter: line 1 column 10 (char 9)"),
            ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
            ("{S3Targets:1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
            ("{\"a\": x}", "Expecting value: line 1 column 7 (char 6)"),
            ("[1,\n 2,]", "Expecting value: line 2 column 4 (char 7)"),
            ("{\"a\":1} x", "Extra data: line 1 column 9 (char 8)"),
            ("\"\\q\"", "Invalid \\escape: line 1 column 2 (char 1)"),
            ("[\"a", "Unterminated string starting at: line 1 column 2 (char 1)"),
        ] {
            assert_eq!(fault(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(fault("{\"a\": [1, -2.5e3, true, null, {}]}"), None);
    }
}
