//! Wildcards and variables in actions, resources and condition values.

use super::Context;
use super::document::Version;

/// A piece of a pattern. What a variable stood for is always literal: a user named `*` gains nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// `*`: any run of characters, also none.
    Run,
    /// `?`: exactly one character.
    One,
    Literal(char),
}

/// A pattern with its variables resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<Token>);

impl Pattern {
    /// The wildcards of `text`, without variables.
    pub fn plain(text: &str) -> Self {
        Pattern(text.chars().map(token).collect())
    }

    /// The wildcards of `text` with `${...}` resolved from `context`; `None` when a variable has neither a
    /// value nor a default, in which case the statement does not match. Version 2008-10-17 knows no variables.
    pub fn resolve(text: &str, version: Version, context: &Context) -> Option<Self> {
        if version == Version::V2008 {
            return Some(Pattern::plain(text));
        }
        let mut tokens = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let Some(length) = rest[start..].find('}') else { break };
            tokens.extend(rest[..start].chars().map(token));
            let value = variable(&rest[start + 2..start + length], context)?;
            tokens.extend(value.chars().map(Token::Literal));
            rest = &rest[start + length + 1..];
        }
        tokens.extend(rest.chars().map(token));
        Some(Pattern(tokens))
    }

    pub fn matches(&self, text: &str) -> bool {
        glob(&self.0, &text.chars().collect::<Vec<char>>())
    }

    pub fn matches_ignoring_case(&self, text: &str) -> bool {
        let folded: Vec<Token> = self
            .0
            .iter()
            .map(|token| match token {
                Token::Literal(c) => Token::Literal(c.to_ascii_lowercase()),
                other => *other,
            })
            .collect();
        glob(&folded, &text.to_ascii_lowercase().chars().collect::<Vec<char>>())
    }

    /// Compares two ARNs part by part: a wildcard does not cross the first five colons.
    pub fn matches_arn(&self, arn: &str) -> bool {
        if self.0 == [Token::Run] {
            return true;
        }
        let patterns: Vec<&[Token]> = self.0.splitn(6, |token| *token == Token::Literal(':')).collect();
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        patterns.len() == parts.len()
            && patterns
                .iter()
                .zip(&parts)
                .all(|(pattern, part)| glob(pattern, &part.chars().collect::<Vec<char>>()))
    }

    /// The text as it stands, wildcards as the characters they are written with.
    pub fn text(&self) -> String {
        self.0
            .iter()
            .map(|token| match token {
                Token::Run => '*',
                Token::One => '?',
                Token::Literal(c) => *c,
            })
            .collect()
    }
}

fn token(c: char) -> Token {
    match c {
        '*' => Token::Run,
        '?' => Token::One,
        other => Token::Literal(other),
    }
}

/// The keys that the variables of `text` name.
pub fn variables(text: &str) -> Vec<&str> {
    let bodies = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
    bodies
        .map(|(body, _)| body.split(',').next().unwrap_or(body).trim())
        .filter(|key| !matches!(*key, "*" | "?" | "$"))
        .collect()
}

/// The value of `${body}`: a key of the request, a default after a comma, or one of the three literals.
fn variable(body: &str, context: &Context) -> Option<String> {
    if matches!(body, "*" | "?" | "$") {
        return Some(body.to_owned());
    }
    let (key, default) = match body.split_once(',') {
        Some((key, default)) => (key.trim(), Some(default.trim().trim_matches('\''))),
        None => (body.trim(), None),
    };
    match context.get(key) {
        Some([value]) => Some(value.clone()),
        _ => default.map(str::to_owned),
    }
}

/// Greedy matching with one point to come back to, linear in practice.
fn glob(pattern: &[Token], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(Token::Run) => {
                retry = Some((p, t));
                p += 1;
                continue;
            }
            Some(Token::One) => {
                p += 1;
                t += 1;
                continue;
            }
            Some(Token::Literal(c)) if *c == text[t] => {
                p += 1;
                t += 1;
                continue;
            }
            _ => {}
        }
        match retry {
            Some((run, from)) => {
                p = run + 1;
                t = from + 1;
                retry = Some((run, from + 1));
            }
            None => return false,
        }
    }
    pattern[p..].iter().all(|token| *token == Token::Run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_cross_slashes_but_not_arn_colons() {
        let pattern = Pattern::plain("arn:aws:s3:::b/*/test/*");
        assert!(pattern.matches_arn("arn:aws:s3:::b/1/2/test/x"));
        assert!(pattern.matches_arn("arn:aws:s3:::b//test/x"));
        assert!(!pattern.matches_arn("arn:aws:s3:::b/test/x"));
        assert!(!Pattern::plain("arn:aws:s3:*").matches_arn("arn:aws:s3:::b"));
        assert!(Pattern::plain("*").matches_arn("arn:aws:s3:::b"));
    }

    #[test]
    fn a_variable_is_literal() {
        let context = Context::default().with("aws:username", "a*");
        let pattern = Pattern::resolve("home/${AWS:UserName}/*", Version::V2012, &context).unwrap();
        assert!(pattern.matches("home/a*/x"));
        assert!(!pattern.matches("home/ab/x"));
        assert!(Pattern::resolve("${aws:none}", Version::V2012, &context).is_none());
        assert_eq!(Pattern::resolve("${aws:none, 'x'}", Version::V2012, &context).unwrap().text(), "x");
        assert!(Pattern::resolve("${aws:none}", Version::V2008, &context).unwrap().matches("${aws:none}"));
    }

    #[test]
    fn actions_ignore_case() {
        assert!(Pattern::plain("S3:Get*").matches_ignoring_case("s3:GetObject"));
        assert!(Pattern::plain("s3:?etObject").matches_ignoring_case("s3:GetObject"));
        assert!(!Pattern::plain("s3:Get?").matches_ignoring_case("s3:Get"));
    }
}
