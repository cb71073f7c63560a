//! A line to words, as a shell cuts it: blanks, quotes, backslashes, line continuation.

/// The words of a line; the sentence bash says when a quote stays open.
pub fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                // A backslash before a line end joins the lines.
                Some('\n') | None => {}
                Some('\r') => {
                    characters.next_if_eq(&'\n');
                }
                Some(next) => word.get_or_insert_default().push(next),
            },
            '\'' => {
                let text = word.get_or_insert_default();
                loop {
                    match characters.next() {
                        Some('\'') => break,
                        Some(next) => text.push(next),
                        None => return Err("bash: unexpected EOF while looking for matching `''".to_owned()),
                    }
                }
            }
            '"' => {
                let text = word.get_or_insert_default();
                loop {
                    match characters.next() {
                        Some('"') => break,
                        Some('\\') => match characters.next() {
                            Some('\n') => {}
                            Some(next @ ('"' | '\\' | '$' | '`')) => text.push(next),
                            Some(next) => text.extend(['\\', next]),
                            None => {}
                        },
                        Some(next) => text.push(next),
                        None => return Err("bash: unexpected EOF while looking for matching `\"'".to_owned()),
                    }
                }
            }
            // A word that begins with # begins a comment.
            '#' if word.is_none() => while characters.next_if(|next| *next != '\n').is_some() {},
            // What a shell does with lines, this terminal does not.
            '|' | '<' | '>' | '&' | ';' if word.is_none() => {
                return Err(format!(
                    "not simulated: the shell's {c}; type one aws line at a time, and --query instead of a filter"
                ));
            }
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_as_in_a_shell() {
        assert_eq!(split("a  'b c'\"d \\\"e\" \\\n f\\ g '' # no").unwrap(), ["a", "b cd \"e", "f g", ""]);
        assert!(split("a 'b").is_err());
        assert!(split("a | b").is_err() && split("a > b").is_err());
        assert_eq!(split("a '|' b>c").unwrap(), ["a", "|", "b>c"]);
    }
}
