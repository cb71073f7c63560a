//! Statements bent out of shape: tokens taken away, doubled, exchanged, put in from elsewhere, nested.

use crate::choice::Choices;

/// What is put in: the edges of every type, and the words that a grammar turns on.
const WORDS: [&str; 76] = [
    "NULL",
    "''",
    "0",
    "1",
    "-1",
    "32768",
    "2147483647",
    "2147483648",
    "-2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999999999999999999999",
    "1e308",
    "1e-400",
    "0.1",
    "-0.00001",
    "'NaN'::float",
    "'infinity'::float",
    "DATE '0001-01-01'",
    "DATE '9999-12-31'",
    "TIMESTAMP '294276-12-31'",
    "'2020-02-30'",
    "'24:00:00'",
    "INTERVAL '1 month'",
    "INTERVAL '99999999 years'",
    "'서울'",
    "'%'",
    "'\\\\'",
    "JSON_PARSE('[1,{\"a\":[]}]')",
    "TRUE",
    "(",
    ")",
    ",",
    "*",
    ".",
    "::",
    "::int",
    "::decimal(38,37)",
    "::decimal(1,0)",
    "::varchar(1)",
    "::char(3)",
    "::date",
    "::timestamp",
    "::super",
    "::boolean",
    "::bigint",
    "||",
    "/",
    "%",
    "^",
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP BY",
    "HAVING",
    "ORDER BY",
    "LIMIT",
    "OFFSET",
    "OVER ()",
    "PARTITION BY",
    "ROWS BETWEEN",
    "UNION ALL",
    "EXCEPT",
    "WITH",
    "AS",
    "CASE WHEN",
    "END",
    "NOT",
    "IN",
    "EXISTS",
    "= ANY",
    "DISTINCT",
    "CAST(",
    "JOIN",
    "\"",
    "--",
];

/// Values for arguments.
pub const VALUES: [&str; 47] = [
    "NULL",
    "0",
    "1",
    "-1",
    "2",
    "7",
    "100",
    "32767",
    "2147483647",
    "-2147483648",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999999999999999999999",
    "-0.5",
    "0.0000001",
    "12345678901234567890.123456789",
    "1e308",
    "-1e-300",
    "'NaN'::float8",
    "'Infinity'::float8",
    "'-Infinity'::float8",
    "''",
    "'a'",
    "'abc'",
    "' '",
    "'서울é'",
    "'%_\\\\'",
    "'[0-9'",
    "'(a|b)*+?'",
    "'{\"a\":[1,2,null]}'",
    "'[1,2,[3]]'",
    "'month'",
    "'2020-02-29'",
    "DATE '1970-01-01'",
    "DATE '0001-01-01'",
    "DATE '9999-12-31'",
    "DATE '294276-12-31'",
    "TIMESTAMP '2020-02-29 23:59:59.999999'",
    "TIMESTAMP '1600-01-01 00:00:00'",
    "'Asia/Seoul'",
    "INTERVAL '1 month 2 days'",
    "TRUE",
    "JSON_PARSE('[1,\"x\",{\"k\":null}]')",
    "TO_VARBYTE('ff00', 'hex')",
    "'YYYY-MM-DD HH24:MI:SS'",
    "'FM999,999.99S'",
];

const NESTED: [(&str, &str); 7] = [
    ("(", ")"),
    ("NOT ", ""),
    ("- ", ""),
    ("(SELECT ", ")"),
    ("COALESCE(", ", 1)"),
    ("CASE WHEN TRUE THEN ", " END"),
    ("CAST(", " AS VARCHAR)"),
];

/// The statement with one to four of its places changed; `others` lend what is put in.
pub fn mutate(text: &str, others: &[String], choices: &mut Choices) -> String {
    let mut parts: Vec<String> = tokens(text).into_iter().map(str::to_owned).collect();
    for _ in 0..1 + choices.below(4) {
        change(&mut parts, others, choices);
    }
    let mut text = parts.join(" ");
    if choices.chance(5) {
        let letters: Vec<char> = text.chars().collect();
        text = letters[..choices.below(letters.len() + 1)].iter().collect();
    }
    text
}

fn change(parts: &mut Vec<String>, others: &[String], choices: &mut Choices) {
    let choice = choices.below(9);
    let at = choices.below(parts.len() + 1);
    let end = (at + 1 + choices.below(6)).min(parts.len());
    match choice {
        0 => parts.insert(at, choices.of(&WORDS).to_owned()),
        1 if at < parts.len() => parts[at] = choices.of(&WORDS).to_owned(),
        2 if at < end => {
            parts.drain(at..end);
        }
        3 if at < end => {
            let again: Vec<String> = parts[at..end].to_vec();
            parts.splice(end..end, again);
        }
        4 if at < parts.len() => {
            let other = choices.below(parts.len());
            parts.swap(at, other);
        }
        5 if at < end => {
            let (open, close) = NESTED[choices.below(NESTED.len())];
            let times = [1, 2, 5, 40, 400][choices.below(5)];
            parts.insert(end, close.repeat(times));
            parts.insert(at, open.repeat(times));
        }
        6 | 7 if !others.is_empty() => {
            let other = tokens(&others[choices.below(others.len())]);
            let from = choices.below(other.len() + 1);
            let to = (from + 1 + choices.below(12)).min(other.len());
            let piece: Vec<String> = other[from.min(to)..to].iter().map(|part| (*part).to_owned()).collect();
            let end = if choice == 6 { at } else { end.max(at) };
            parts.splice(at..end, piece);
        }
        _ if at < parts.len() => parts[at] = choices.of(&VALUES).to_owned(),
        _ => parts.push(choices.of(&WORDS).to_owned()),
    }
}

/// Words, numbers, quoted texts and signs.
pub fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            letter if letter.is_alphanumeric() || letter == '_' => rest
                .find(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == '$'))
                .unwrap_or(rest.len()),
            ':' | '<' | '>' | '|' | '!' | '-' if rest[1..].starts_with([':', '=', '>', '|', '-']) => 2,
            letter => letter.len_utf8(),
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_hold_the_whole_text() {
        assert_eq!(
            tokens("SELECT a.b::int, 'x y' <> \"q\""),
            ["SELECT", "a", ".", "b", "::", "int", ",", "'x y'", "<>", "\"q\""]
        );
    }
}
