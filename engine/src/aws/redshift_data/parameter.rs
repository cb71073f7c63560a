//! Named parameters of a statement: `:name` in its text.

/// Where the text's own colons stand: outside of strings, quoted names and comments, not doubled. Calls `take` with
/// each name and its place.
fn names(sql: &str, mut take: impl FnMut(usize, &str)) {
    let bytes = sql.as_bytes();
    let word = |at: usize| {
        let rest = &sql[at..];
        &rest[..rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len())]
    };
    let mut at = 0;
    while at < bytes.len() {
        let rest = &sql.as_bytes()[at..];
        match bytes[at] {
            quote @ (b'\'' | b'"') => {
                at += 1 + rest[1..].iter().position(|byte| *byte == quote).map_or(rest.len(), |end| end + 1);
            }
            b'-' if rest.starts_with(b"--") => {
                at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            }
            b'/' if rest.starts_with(b"/*") => {
                at += rest.windows(2).position(|pair| pair == b"*/").map_or(rest.len(), |end| end + 2);
            }
            b':' if rest.starts_with(b"::") => at += 2,
            b':' => {
                let name = word(at + 1);
                if name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
                    take(at, name);
                }
                at += 1 + name.len();
            }
            _ => at += 1,
        }
    }
}

/// The statement with each parameter as a string literal: the server is sent texts and finds their types out from
/// what surrounds them, as it does for literals.
///
/// # Errors
/// A name without a value, a value without a name. Both sentences are unconfirmed.
pub fn bound(sql: &str, values: &[(String, String)]) -> Result<String, String> {
    let (mut out, mut copied) = (String::with_capacity(sql.len()), 0);
    let (mut missing, mut used) = (Vec::new(), Vec::new());
    names(sql, |at, name| {
        match values.iter().find(|(known, _)| known == name) {
            None => missing.push(name.to_owned()),
            Some((_, value)) => {
                out.push_str(&sql[copied..at]);
                out.push('\'');
                out.push_str(&value.replace('\\', "\\\\").replace('\'', "''"));
                out.push('\'');
                copied = at + 1 + name.len();
            }
        }
        used.push(name.to_owned());
    });
    out.push_str(&sql[copied..]);
    let unused: Vec<&str> = values
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| !used.iter().any(|one| one == name))
        .collect();
    if !values.is_empty() && !missing.is_empty() {
        return Err(format!("Parameters list is missing a value for: [{}]", missing.join(", ")));
    }
    if !unused.is_empty() {
        return Err(format!(
            "Parameters list contains unused parameters. Unused parameters: [{}]",
            unused.join(", ")
        ));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_literals() {
        let values = [("a".to_owned(), "it's".to_owned()), ("b_1".to_owned(), "2".to_owned())];
        let sql = "SELECT :a, x::int, ':a' AS \":b_1\" -- :a\n, :b_1/* :c */ FROM t WHERE y = :a";
        assert_eq!(
            bound(sql, &values).unwrap(),
            "SELECT 'it''s', x::int, ':a' AS \":b_1\" -- :a\n, '2'/* :c */ FROM t WHERE y = 'it''s'"
        );
        assert_eq!(bound("SELECT ':a', 1::int", &[]).unwrap(), "SELECT ':a', 1::int");
        assert_eq!(bound("SELECT a['x':1]", &[]).unwrap(), "SELECT a['x':1]");
        assert!(bound("SELECT :c, :a, :b_1", &values).unwrap_err().contains("[c]"));
        assert!(bound("SELECT :a", &values).unwrap_err().contains("[b_1]"));
        assert_eq!(bound("SELECT 'open :a", &[]).unwrap(), "SELECT 'open :a");
    }
}
