//! Filter patterns: the terms that a line must have, or must not (CloudWatch Logs guide, "Filter and pattern syntax").

use super::invalid;
use crate::aws::Fault;

/// `ERROR "two words"` (all of them), `?ERROR ?WARN` (any of them), `-DEBUG` (not that).
pub struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    pub fn read(text: &str) -> Result<Self, Fault> {
        let mut pattern = Pattern { all: Vec::new(), any: Vec::new(), none: Vec::new() };
        let mut rest = text.trim();
        if rest.starts_with(['{', '[', '%']) {
            // What reads lines as JSON, columns or regular expressions.
            let gap = crate::gap::Feature::AwsOperation.name();
            return Err(invalid(format!("not simulated yet: {gap} (logs): the filter pattern {rest}")));
        }
        while let Some(sign) = rest.chars().next() {
            let side = match sign {
                '?' => &mut pattern.any,
                '-' => &mut pattern.none,
                _ => &mut pattern.all,
            };
            rest = rest.strip_prefix(['?', '-']).unwrap_or(rest);
            let term;
            if let Some(quoted) = rest.strip_prefix('"') {
                (term, rest) = quoted.split_once('"').ok_or_else(|| invalid("Invalid filter pattern"))?;
            } else {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                (term, rest) = rest.split_at(end);
                if term.is_empty() || !term.chars().all(|c| c.is_alphanumeric() || c == '_') {
                    return Err(invalid(format!("Invalid character(s) in term '{term}'")));
                }
            }
            side.push(term.to_owned());
            rest = rest.trim_start();
        }
        Ok(pattern)
    }

    /// Beside other terms those with a question mark count for nothing.
    pub fn fits(&self, line: &str) -> bool {
        let has = |term: &String| line.contains(term.as_str());
        let alone = self.all.is_empty() && self.none.is_empty();
        self.all.iter().all(has)
            && !self.none.iter().any(has)
            && (!alone || self.any.is_empty() || self.any.iter().any(has))
    }
}
