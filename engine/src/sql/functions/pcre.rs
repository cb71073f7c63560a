//! A backtracking matcher for what the linear one refuses: look-ahead, look-behind and back-references of the PCRE
//! dialect (parameter `p` of the REGEXP functions).
//!
//! Backtracking may take forever, so steps and depth are counted and the statement is refused at the limit, as PCRE
//! itself does.

use super::pcre_syntax::{Node, Syntax};
use crate::sql::error::{SqlError, SqlResult};

/// Byte ranges of the whole match and of each group that took part.
pub(super) type Spans = Vec<Option<(usize, usize)>>;

const MOST_STEPS: u32 = 1_000_000;
const DEEPEST: u32 = 600;

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pcre(Syntax);

struct Run<'t> {
    text: &'t str,
    insensitive: bool,
    groups: Spans,
    steps: u32,
    depth: u32,
    exhausted: bool,
}

/// What is to follow a node: whether the rest matches from a position.
type Rest<'r, 't> = &'r mut dyn FnMut(&mut Run<'t>, usize) -> bool;

impl Pcre {
    /// # Errors
    /// What is wrong with the pattern.
    pub fn new(pattern: &str, insensitive: bool) -> Result<Pcre, String> {
        Syntax::parse(pattern, insensitive).map(Pcre)
    }

    /// The first match at or after byte `from`.
    ///
    /// # Errors
    /// 2201B when too much was tried.
    pub fn captures_at(&self, text: &str, from: usize) -> SqlResult<Option<Spans>> {
        let mut run = Run {
            text,
            insensitive: self.0.insensitive,
            groups: Vec::new(),
            steps: 0,
            depth: 0,
            exhausted: false,
        };
        let starts = text.char_indices().map(|(start, _)| start).chain([text.len()]);
        for start in starts.filter(|start| *start >= from) {
            run.groups = vec![None; self.0.groups + 1];
            let mut end = None;
            let found = run.matches(&self.0.root, start, &mut |_, at| {
                end = Some(at);
                true
            });
            if run.exhausted {
                return Err(SqlError::product("2201B", "regular expression failed: match limit exceeded"));
            }
            if let (true, Some(end)) = (found, end) {
                if let Some(whole) = run.groups.first_mut() {
                    *whole = Some((start, end));
                }
                return Ok(Some(run.groups));
            }
        }
        Ok(None)
    }
}

impl<'t> Run<'t> {
    fn matches(&mut self, node: &Node, at: usize, rest: Rest<'_, 't>) -> bool {
        self.steps += 1;
        self.exhausted |= self.steps > MOST_STEPS || self.depth > DEEPEST;
        if self.exhausted {
            return false;
        }
        self.depth += 1;
        let found = self.try_node(node, at, rest);
        self.depth -= 1;
        found
    }

    fn try_node(&mut self, node: &Node, at: usize, rest: Rest<'_, 't>) -> bool {
        match node {
            Node::Letter(_) => match self.one(node, at) {
                Some(next) => rest(self, next),
                None => false,
            },
            Node::Start => at == 0 && rest(self, at),
            Node::End => {
                let tail = self.text.get(at..).unwrap_or_default();
                (tail.is_empty() || tail == "\n") && rest(self, at)
            }
            Node::Boundary(wanted) => {
                let word =
                    |letter: Option<char>| letter.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
                let before = word(self.text.get(..at).and_then(|before| before.chars().next_back()));
                let after = word(self.text.get(at..).and_then(|after| after.chars().next()));
                (before != after) == *wanted && rest(self, at)
            }
            Node::Sequence(nodes) => self.sequence(nodes, at, rest),
            Node::Choice(branches) => branches.iter().any(|branch| self.matches(branch, at, &mut *rest)),
            Node::Group(inner, number) => {
                let before = number.and_then(|number| self.groups.get(number).copied().flatten());
                let found = self.matches(inner, at, &mut |run, end| {
                    let Some(number) = number else { return rest(run, end) };
                    let Some(group) = run.groups.get_mut(*number) else { return false };
                    let outer = group.replace((at, end));
                    if rest(run, end) {
                        return true;
                    }
                    if let Some(group) = run.groups.get_mut(*number) {
                        *group = outer;
                    }
                    false
                });
                if let (false, Some(group)) = (found, number.and_then(|number| self.groups.get_mut(number))) {
                    *group = before;
                }
                found
            }
            Node::Reference(number) => {
                let Some((start, end)) = self.groups.get(*number).copied().flatten() else { return false };
                let said = self.text.get(start..end).unwrap_or_default();
                let same = self.text.get(at..at + said.len()).is_some_and(|found| {
                    if self.insensitive { found.eq_ignore_ascii_case(said) } else { found == said }
                });
                same && rest(self, at + said.len())
            }
            Node::Look { inner, ahead, negated } => {
                let groups = self.groups.clone();
                let text = self.text;
                let found = if *ahead {
                    self.matches(inner, at, &mut |_, _| true)
                } else {
                    let mut starts = (0..=at).rev().filter(|start| text.is_char_boundary(*start));
                    starts.any(|start| self.matches(inner, start, &mut |_, end| end == at))
                };
                if found == *negated {
                    self.groups = groups;
                    return false;
                }
                rest(self, at)
            }
            Node::Atomic(inner) => {
                let mut end = None;
                let found = self.matches(inner, at, &mut |_, reached| {
                    end = Some(reached);
                    true
                });
                match end {
                    Some(end) if found => rest(self, end),
                    _ => false,
                }
            }
            Node::Repeat { inner, least, most, lazy } => {
                if matches!(**inner, Node::Letter(_)) {
                    self.repeat_letter(inner, (*least, *most), *lazy, at, rest)
                } else {
                    self.repeat(inner, (*least, *most), *lazy, at, rest)
                }
            }
        }
    }

    fn sequence(&mut self, nodes: &[Node], at: usize, rest: Rest<'_, 't>) -> bool {
        match nodes {
            [] => rest(self, at),
            [only] => self.matches(only, at, rest),
            [first, others @ ..] => {
                self.matches(first, at, &mut |run, next| run.sequence(others, next, rest))
            }
        }
    }

    /// The end of one letter of a set.
    fn one(&self, node: &Node, at: usize) -> Option<usize> {
        let letter = self.text.get(at..)?.chars().next()?;
        let Node::Letter(set) = node else { return None };
        set.has(letter, self.insensitive).then(|| at + letter.len_utf8())
    }

    /// One letter over and over: the ends are gathered first, so that long texts need no deep stack.
    fn repeat_letter(
        &mut self,
        inner: &Node,
        (least, most): (usize, usize),
        lazy: bool,
        at: usize,
        rest: Rest<'_, 't>,
    ) -> bool {
        let mut ends = vec![at];
        let mut next = at;
        while ends.len() <= most {
            match self.one(inner, next) {
                Some(end) => ends.push(end),
                None => break,
            }
            next = ends.last().copied().unwrap_or(at);
        }
        let Some(ends) = ends.get(least..) else { return false };
        self.steps += ends.len() as u32;
        if lazy {
            ends.iter().any(|end| rest(self, *end))
        } else {
            ends.iter().rev().any(|end| rest(self, *end))
        }
    }

    fn repeat(
        &mut self,
        inner: &Node,
        (least, most): (usize, usize),
        lazy: bool,
        at: usize,
        rest: Rest<'_, 't>,
    ) -> bool {
        if lazy && least == 0 && rest(self, at) {
            return true;
        }
        if most > 0 {
            let left = (least.saturating_sub(1), most - 1);
            let again = self.matches(inner, at, &mut |run, next| {
                // A round that takes nothing would go on for ever.
                if next == at && least == 0 { false } else { run.repeat(inner, left, lazy, next, rest) }
            });
            if again {
                return true;
            }
        }
        !lazy && least == 0 && rest(self, at)
    }
}
