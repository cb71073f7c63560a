//! A script cut into statements: the Data API takes one at a time, each in a session of its own.

/// A statement, and how it can be sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Sent {
    /// By itself.
    Alone(String),
    /// What stood between BEGIN and COMMIT: a batch is one transaction.
    Together(Vec<String>),
    /// Not at all: it speaks to a session that ends with the statement, or changes nothing in the end.
    Left(String, Why),
}

/// Why a statement is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    RolledBack,
    OfASession,
}

/// Words that mean something only to the statements after them in the same session.
const OF_A_SESSION: [&str; 9] =
    ["SET", "RESET", "PREPARE", "EXECUTE", "DEALLOCATE", "DECLARE", "FETCH", "CLOSE", "CREATE TEMP"];

/// What a statement is to a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    Begins,
    Commits,
    RollsBack,
    Neither,
}

pub fn bounds(statement: &str) -> Bound {
    let first = statement.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    match first.to_ascii_uppercase().as_str() {
        "BEGIN" | "START" => Bound::Begins,
        "COMMIT" | "END" => Bound::Commits,
        "ROLLBACK" | "ABORT" => Bound::RollsBack,
        _ => Bound::Neither,
    }
}

/// The statements of a script, grouped as they are sent.
pub fn sent(script: &str) -> Vec<Sent> {
    let mut all = Vec::new();
    let mut block: Option<Vec<String>> = None;
    for statement in statements(script) {
        let upper = statement.to_ascii_uppercase();
        match (bounds(&statement), &mut block) {
            (Bound::Begins, None) => block = Some(Vec::new()),
            (Bound::Commits, open) => {
                all.extend(open.take().filter(|held| !held.is_empty()).map(Sent::Together))
            }
            (Bound::RollsBack, open) => {
                let dropped = open.take().unwrap_or_default();
                all.extend(dropped.into_iter().map(|statement| Sent::Left(statement, Why::RolledBack)));
            }
            (_, Some(open)) => open.push(statement),
            _ if OF_A_SESSION.iter().any(|word| {
                upper.strip_prefix(word).is_some_and(|rest| {
                    !rest.starts_with(|c: char| c.is_ascii_alphanumeric()) || *word == "CREATE TEMP"
                })
            }) =>
            {
                all.push(Sent::Left(statement, Why::OfASession));
            }
            _ => all.push(Sent::Alone(statement)),
        }
    }
    // Never committed.
    all.extend(block.into_iter().flatten().map(|statement| Sent::Left(statement, Why::RolledBack)));
    all
}

/// Statements without the semicolons between them. Quotes, dollar quotes and comments may hold semicolons.
pub fn statements(script: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut begun = 0;
    let mut at = 0;
    while at < script.len() {
        let rest = &script[at..];
        at += match rest.chars().next() {
            Some(';') => {
                found.push(bare(&script[begun..at]));
                begun = at + 1;
                1
            }
            Some(quote @ ('\'' | '"')) => past(rest, 1, &quote.to_string()),
            Some('-') if rest.starts_with("--") => past(rest, 2, "\n"),
            Some('/') if rest.starts_with("/*") => past(rest, 2, "*/"),
            Some('$') => match rest[1..]
                .find('$')
                .filter(|end| rest[1..1 + end].chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
            {
                Some(end) => past(rest, end + 2, &rest[..end + 2]),
                None => 1,
            },
            Some(other) => other.len_utf8(),
            None => 1,
        };
    }
    found.push(bare(&script[begun..]));
    found.retain(|statement| !statement.is_empty());
    found
}

/// Without the comments before it: a word that begins with `--` is an option to the AWS CLI.
fn bare(statement: &str) -> String {
    let mut rest = statement.trim();
    while rest.starts_with("--") {
        rest = rest.split_once('\n').map_or("", |(_, after)| after.trim_start());
    }
    rest.to_owned()
}

/// Bytes up to the end of what begins with `opening` bytes and ends with `closing`.
fn past(text: &str, opening: usize, closing: &str) -> usize {
    text[opening..].find(closing).map_or(text.len(), |end| opening + end + closing.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn semicolons_in_quotes_and_comments_end_nothing() {
        let script =
            "SELECT ';', \"a;b\"; -- no; no\nCREATE FUNCTION f() AS $$ SELECT 1; $$; /* ; */ SELECT 2";
        assert_eq!(
            statements(script),
            ["SELECT ';', \"a;b\"", "CREATE FUNCTION f() AS $$ SELECT 1; $$", "/* ; */ SELECT 2"]
        );
    }

    #[test]
    fn a_transaction_goes_as_a_batch_and_what_is_rolled_back_not_at_all() {
        let sent = sent(
            "BEGIN; INSERT INTO t VALUES (1); COMMIT; BEGIN; DELETE FROM t; ROLLBACK; SET query_group TO x; SELECT 1;",
        );
        assert_eq!(
            sent,
            [
                Sent::Together(vec!["INSERT INTO t VALUES (1)".to_owned()]),
                Sent::Left("DELETE FROM t".to_owned(), Why::RolledBack),
                Sent::Left("SET query_group TO x".to_owned(), Why::OfASession),
                Sent::Alone("SELECT 1".to_owned()),
            ]
        );
    }
}
