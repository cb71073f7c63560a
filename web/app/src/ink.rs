//! Colours for SQL and `aws` lines in the guide, before the editor has arrived and without it.

use yew::prelude::*;

/// Words that the course's statements are made of. The editor knows them all; this is print.
const KEYWORDS: &str = " select from where group by order having limit distinct as on join left right inner outer full cross using union all except intersect with case when then else end and or not in is null like ilike between exists asc desc insert into values update set delete truncate create alter drop table view schema database user role if replace grant revoke to public privileges usage execute default owner password createdb createuser superuser add rename column tables copy iam_role csv delimiter ignoreheader unload begin commit rollback transaction explain analyze vacuum show authorization session reset primary key references unique distkey sortkey diststyle encode cascade restrict over partition rows external model function returns language for option admin ";
const TYPES: &str = " int integer bigint smallint varchar char text boolean bool date timestamp timestamptz numeric decimal float real double precision super ";

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    Keyword,
    Type,
    Text,
    Number,
    Comment,
}

impl Kind {
    fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Keyword => "k",
            Self::Type => "t",
            Self::Text => "s",
            Self::Number => "n",
            Self::Comment => "c",
        }
    }
}

/// A statement as it is printed.
pub fn sql(text: &str) -> Html {
    pieces(text)
        .into_iter()
        .map(|(kind, piece)| match kind {
            Kind::Plain => html! { { piece } },
            _ => html! { <span class={kind.class()}>{ piece }</span> },
        })
        .collect()
}

fn pieces(text: &str) -> Vec<(Kind, &str)> {
    let mut out: Vec<(Kind, &str)> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = if rest.starts_with("--") {
            (Kind::Comment, rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (Kind::Comment, rest.find("*/").map_or(rest.len(), |at| at + 2))
        } else if first == '\'' {
            (Kind::Text, rest[1..].find('\'').map_or(rest.len(), |at| at + 2))
        } else if first.is_ascii_digit() {
            (
                Kind::Number,
                rest.find(|each: char| !each.is_ascii_digit() && each != '.').unwrap_or(rest.len()),
            )
        } else if first.is_alphabetic() || first == '_' {
            let length = rest.find(|each: char| !each.is_alphanumeric() && each != '_').unwrap_or(rest.len());
            let after_dot = out.last().is_some_and(|(_, before)| before.ends_with('.'));
            (if after_dot { Kind::Plain } else { word(&rest[..length]) }, length)
        } else {
            (Kind::Plain, first.len_utf8())
        };
        out.push((kind, &rest[..length]));
        rest = &rest[length..];
    }
    out
}

fn word(word: &str) -> Kind {
    let padded = format!(" {} ", word.to_ascii_lowercase());
    if KEYWORDS.contains(&padded) {
        Kind::Keyword
    } else if TYPES.contains(&padded) {
        Kind::Type
    } else {
        Kind::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, pieces};

    #[test]
    fn nothing_of_a_statement_is_lost() {
        let text = "SELECT '한 글', count(1) -- 끝\nFROM raw_data.user; 'open";
        let again: String = pieces(text).into_iter().map(|(_, piece)| piece).collect();
        assert_eq!(again, text);
    }

    #[test]
    fn a_name_behind_a_dot_is_no_keyword() {
        let found = pieces("raw.user user");
        let kinds: Vec<Kind> =
            found.iter().filter(|(_, piece)| *piece == "user").map(|(kind, _)| *kind).collect();
        assert!(kinds == [Kind::Plain, Kind::Keyword]);
    }
}
