//! What came of an open check, as words. The engine hands over its own text: what was tried, then the server's answer.

/// Why a check is still open, as far as the server's answer tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact<'a> {
    /// Something that was meant is not there yet.
    Absent { kind: Kind, name: &'a str },
    /// The server refused, in its words.
    Said(&'a str),
    /// Another result than the wanted one.
    Differs(Differs<'a>),
    /// It worked, where it should have been refused, or gave other rows.
    Came,
}

/// Where a result differs first: a row of it (`None`: a row that did not come, or its columns), what was wanted and what came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Differs<'a> {
    pub columns: bool,
    pub row: Option<u32>,
    pub wanted: Option<&'a str>,
    pub came: Option<&'a str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Group,
    Role,
    User,
    Relation,
}

impl<'a> Fact<'a> {
    pub fn read(facts: &'a str) -> Self {
        if let Some(differs) = differs(facts) {
            return Self::Differs(differs);
        }
        let answer = facts.lines().rev().find_map(|line| line.strip_prefix("ERROR "));
        // After the SQLSTATE stands the message.
        let Some((_, message)) = answer.and_then(|answer| answer.split_once(": ")) else { return Self::Came };
        absent(message).unwrap_or(Self::Said(message))
    }
}

/// The last lines: `row 3`, then `- wanted` and `+ came`.
fn differs(facts: &str) -> Option<Differs<'_>> {
    let (mut wanted, mut came) = (None, None);
    for line in facts.lines().rev() {
        match line.split_once(' ') {
            Some(("-", text)) => wanted = Some(text),
            Some(("+", text)) => came = Some(text),
            _ if wanted.is_none() && came.is_none() => return None,
            Some(("row", number)) => {
                return Some(Differs { columns: false, row: number.parse().ok(), wanted, came });
            }
            _ => {
                return matches!(line, "rows" | "columns").then_some(Differs {
                    columns: line == "columns",
                    row: None,
                    wanted,
                    came,
                });
            }
        }
    }
    None
}

fn absent(message: &str) -> Option<Fact<'_>> {
    let (kind, name) = message.strip_suffix("\" does not exist")?.split_once(" \"")?;
    let kind = match kind.to_ascii_lowercase().as_str() {
        "group" => Kind::Group,
        "role" => Kind::Role,
        "user" => Kind::User,
        "relation" | "table" => Kind::Relation,
        _ => return None,
    };
    Some(Fact::Absent { kind, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_is_told_from_what_was_refused() {
        let absent = Fact::read("ERROR 42704: group \"analytics_users\" does not exist");
        assert_eq!(absent, Fact::Absent { kind: Kind::Group, name: "analytics_users" });
        let refused = Fact::read("seoyeon> SELECT 1;\nERROR 42501: permission denied for schema raw_data");
        assert_eq!(refused, Fact::Said("permission denied for schema raw_data"));
        assert_eq!(Fact::read("login jeeseok\nOK"), Fact::Came);
        let row = Fact::read("admin> SELECT 1\nrow 3\n- a | 1\n+ b | 2");
        assert_eq!(
            row,
            Fact::Differs(Differs {
                columns: false,
                row: Some(3),
                wanted: Some("a | 1"),
                came: Some("b | 2")
            })
        );
        let rows = Fact::read("rows\n- a | 1");
        assert_eq!(
            rows,
            Fact::Differs(Differs { columns: false, row: None, wanted: Some("a | 1"), came: None })
        );
    }
}
