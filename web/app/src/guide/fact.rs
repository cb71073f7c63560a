//! What came of an open check, as words. The engine hands over its own text: what was tried, then the server's answer.

/// Why a check is still open, as far as the server's answer tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact<'a> {
    /// Something that was meant is not there yet.
    Absent { kind: Kind, name: &'a str },
    /// The server refused, in its words.
    Said(&'a str),
    /// It worked, where it should have been refused, or gave other rows.
    Came,
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
        let answer = facts.lines().rev().find_map(|line| line.strip_prefix("ERROR "));
        // After the SQLSTATE stands the message.
        let Some((_, message)) = answer.and_then(|answer| answer.split_once(": ")) else { return Self::Came };
        absent(message).unwrap_or(Self::Said(message))
    }
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
    }
}
