//! Patterns of the PCRE dialect, read into a tree for [`super::pcre`].

use std::iter::Peekable;
use std::str::Chars;

/// What a pattern says.
#[derive(Debug)]
pub(super) struct Syntax {
    pub root: Node,
    /// How many groups are numbered.
    pub groups: usize,
    pub insensitive: bool,
}

#[derive(Debug)]
pub(super) enum Node {
    /// One letter of a set.
    Letter(Set),
    Start,
    End,
    /// Between a word and what is none, or not there.
    Boundary(bool),
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
    Group(Box<Node>, Option<usize>),
    /// The text of a group again.
    Reference(usize),
    Look {
        inner: Box<Node>,
        ahead: bool,
        negated: bool,
    },
    /// Once found, not tried otherwise.
    Atomic(Box<Node>),
    Repeat {
        inner: Box<Node>,
        least: usize,
        most: usize,
        lazy: bool,
    },
}

/// Ranges of letters, or all but them.
#[derive(Clone, Debug, Default)]
pub(super) struct Set {
    ranges: Vec<(char, char)>,
    negated: bool,
}

impl Set {
    pub fn has(&self, letter: char, insensitive: bool) -> bool {
        let within = |letter: char| self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&letter));
        let found = within(letter)
            || (insensitive && (within(letter.to_ascii_lowercase()) || within(letter.to_ascii_uppercase())));
        found != self.negated
    }

    fn of(letter: char) -> Set {
        Set { ranges: vec![(letter, letter)], negated: false }
    }

    /// `\d`, `\W` and their like, and the names of POSIX classes.
    fn named(name: &str) -> Option<Set> {
        let ranges: &[(char, char)] = match name.to_ascii_lowercase().as_str() {
            "d" | "digit" => &[('0', '9')],
            "w" | "word" => &[('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
            "s" | "space" => &[('\t', '\r'), (' ', ' ')],
            "alpha" => &[('a', 'z'), ('A', 'Z')],
            "alnum" => &[('a', 'z'), ('A', 'Z'), ('0', '9')],
            "lower" => &[('a', 'z')],
            "upper" => &[('A', 'Z')],
            "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
            "blank" => &[('\t', '\t'), (' ', ' ')],
            "cntrl" => &[('\0', '\u{1F}'), ('\u{7F}', '\u{7F}')],
            "graph" => &[('!', '~')],
            "print" => &[(' ', '~')],
            "xdigit" => &[('0', '9'), ('a', 'f'), ('A', 'F')],
            _ => return None,
        };
        Some(Set { ranges: ranges.to_vec(), negated: matches!(name, "D" | "W" | "S") })
    }

    fn add(&mut self, other: Set) {
        if other.negated {
            let mut from = '\0';
            let mut ranges = other.ranges;
            crate::sorted::sort(&mut ranges);
            for (low, high) in ranges {
                if let Some(before) = (from..low).next_back() {
                    self.ranges.push((from, before));
                }
                from = (high..char::MAX).nth(1).unwrap_or(char::MAX);
            }
            self.ranges.push((from, char::MAX));
        } else {
            self.ranges.extend(other.ranges);
        }
    }
}

const NO_MORE: &str = "the pattern ends too early";
/// Parentheses within parentheses.
const DEEPEST: usize = 50;

struct Parser<'p> {
    letters: Peekable<Chars<'p>>,
    groups: usize,
    names: Vec<(String, usize)>,
    insensitive: bool,
    depth: usize,
}

impl Syntax {
    /// # Errors
    /// What is wrong with the pattern.
    pub fn parse(pattern: &str, insensitive: bool) -> Result<Syntax, String> {
        let mut parser = Parser {
            letters: pattern.chars().peekable(),
            groups: 0,
            names: Vec::new(),
            insensitive,
            depth: 0,
        };
        let root = parser.choice()?;
        match parser.letters.next() {
            None => Ok(Syntax { root, groups: parser.groups, insensitive: parser.insensitive }),
            Some(_) => Err("a parenthesis is closed that was not opened".to_owned()),
        }
    }
}

impl Parser<'_> {
    fn eat(&mut self, letter: char) -> bool {
        self.letters.next_if_eq(&letter).is_some()
    }

    fn next(&mut self) -> Result<char, String> {
        self.letters.next().ok_or_else(|| NO_MORE.to_owned())
    }

    fn choice(&mut self) -> Result<Node, String> {
        let mut branches = vec![self.sequence()?];
        while self.eat('|') {
            branches.push(self.sequence()?);
        }
        Ok(if branches.len() == 1 { branches.remove(0) } else { Node::Choice(branches) })
    }

    fn sequence(&mut self) -> Result<Node, String> {
        let mut nodes = Vec::new();
        while self.letters.peek().is_some_and(|letter| !matches!(letter, '|' | ')')) {
            if let Some(node) = self.atom()? {
                nodes.push(self.repeated(node)?);
            }
        }
        Ok(Node::Sequence(nodes))
    }

    fn repeated(&mut self, inner: Node) -> Result<Node, String> {
        let (least, most) = match self.letters.peek() {
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('?') => (0, 1),
            Some('{') => match self.counts()? {
                Some(counts) => counts,
                None => return Ok(inner),
            },
            _ => return Ok(inner),
        };
        self.letters.next();
        let lazy = self.eat('?');
        let node = Node::Repeat { inner: Box::new(inner), least, most, lazy };
        Ok(if !lazy && self.eat('+') { Node::Atomic(Box::new(node)) } else { node })
    }

    /// `{2}`, `{2,}`, `{2,3}` up to the closing brace; `None` where the brace is only a brace.
    fn counts(&mut self) -> Result<Option<(usize, usize)>, String> {
        let mut ahead = self.letters.clone();
        ahead.next();
        let written: String = ahead.by_ref().take_while(|letter| *letter != '}').collect();
        let (low, high) = written.split_once(',').unwrap_or((written.as_str(), written.as_str()));
        let Ok(least) = low.parse::<usize>() else { return Ok(None) };
        let most =
            if high.is_empty() { usize::MAX } else { high.parse().map_err(|_| "a count is no number")? };
        if least > most || least > 1_000 {
            return Err("numbers out of order in a count".to_owned());
        }
        // The closing brace stays, for the caller to take.
        for _ in 0..=written.chars().count() {
            self.letters.next();
        }
        Ok(Some((least, most)))
    }

    /// `None` for what only sets an option.
    fn atom(&mut self) -> Result<Option<Node>, String> {
        Ok(Some(match self.next()? {
            '.' => Node::Letter(Set { ranges: vec![('\n', '\n')], negated: true }),
            '^' => Node::Start,
            '$' => Node::End,
            '[' => Node::Letter(self.set()?),
            '(' => return self.group(),
            '\\' => self.escape()?,
            '*' | '+' | '?' => return Err("there is nothing to repeat".to_owned()),
            letter => Node::Letter(Set::of(letter)),
        }))
    }

    fn group(&mut self) -> Result<Option<Node>, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("parentheses are nested too deeply".to_owned());
        }
        let node = self.opened()?;
        self.depth -= 1;
        Ok(node)
    }

    fn opened(&mut self) -> Result<Option<Node>, String> {
        if !self.eat('?') {
            return self.numbered().map(Some);
        }
        let python = self.eat('P');
        let letter = self.next()?;
        let before = self.letters.peek().copied();
        let look = match (letter, before) {
            ('=' | '!', _) if !python => Some((true, letter == '!')),
            ('<', Some(kind @ ('=' | '!'))) => {
                self.letters.next();
                Some((false, kind == '!'))
            }
            _ => None,
        };
        if let Some((ahead, negated)) = look {
            return Ok(Some(Node::Look { inner: Box::new(self.closed()?), ahead, negated }));
        }
        match letter {
            ':' => Ok(Some(Node::Group(Box::new(self.closed()?), None))),
            '>' => Ok(Some(Node::Atomic(Box::new(self.closed()?)))),
            '<' => {
                let mut name = String::new();
                loop {
                    match self.next()? {
                        '>' => break,
                        letter => name.push(letter),
                    }
                }
                self.names.push((name, self.groups + 1));
                self.numbered().map(Some)
            }
            'i' if self.eat(')') => {
                self.insensitive = true;
                Ok(None)
            }
            other => Err(format!("(?{other} is not known")),
        }
    }

    fn numbered(&mut self) -> Result<Node, String> {
        self.groups += 1;
        let number = self.groups;
        Ok(Node::Group(Box::new(self.closed()?), Some(number)))
    }

    fn closed(&mut self) -> Result<Node, String> {
        let inner = self.choice()?;
        if self.eat(')') { Ok(inner) } else { Err("a parenthesis is not closed".to_owned()) }
    }

    fn escape(&mut self) -> Result<Node, String> {
        let letter = self.next()?;
        Ok(match letter {
            'b' | 'B' => Node::Boundary(letter == 'b'),
            'A' => Node::Start,
            'z' | 'Z' => Node::End,
            '1'..='9' => Node::Reference(letter as usize - '0' as usize),
            'k' => {
                self.next()?;
                let mut name = String::new();
                while let Some(letter) =
                    self.letters.next_if(|letter| letter.is_alphanumeric() || *letter == '_')
                {
                    name.push(letter);
                }
                self.next()?;
                let known = self.names.iter().find(|(known, _)| *known == name);
                Node::Reference(known.ok_or("a group of that name does not exist")?.1)
            }
            _ => Node::Letter(escaped(letter)),
        })
    }

    fn set(&mut self) -> Result<Set, String> {
        let mut set = Set::default();
        let negated = self.eat('^');
        let mut first = true;
        loop {
            let letter = self.next()?;
            match letter {
                ']' if !first => break,
                '[' if self.letters.peek() == Some(&':') => {
                    self.letters.next();
                    let mut name = String::new();
                    while let Some(letter) = self.letters.next_if(|letter| *letter != ':') {
                        name.push(letter);
                    }
                    if !self.eat(':') || !self.eat(']') {
                        return Err("a character class is not closed".to_owned());
                    }
                    set.add(Set::named(&name).ok_or("a character class is not known")?);
                }
                _ => {
                    let low = if letter == '\\' { escaped(self.next()?) } else { Set::of(letter) };
                    let single = match low.ranges.as_slice() {
                        [(from, to)] if from == to && !low.negated => Some(*from),
                        _ => None,
                    };
                    let mut ahead = self.letters.clone();
                    let range = ahead.next() == Some('-') && ahead.peek().is_some_and(|end| *end != ']');
                    match single {
                        Some(from) if range => {
                            self.letters.next();
                            let to = match self.next()? {
                                '\\' => self.next()?,
                                letter => letter,
                            };
                            if from > to {
                                return Err("a range is out of order".to_owned());
                            }
                            set.ranges.push((from, to));
                        }
                        _ => set.add(low),
                    }
                }
            }
            first = false;
        }
        Ok(Set { negated, ..set })
    }
}

/// What a backslash makes of a letter.
fn escaped(letter: char) -> Set {
    match letter {
        'd' | 'D' | 'w' | 'W' | 's' | 'S' => Set::named(letter.encode_utf8(&mut [0; 4])).unwrap_or_default(),
        'n' => Set::of('\n'),
        't' => Set::of('\t'),
        'r' => Set::of('\r'),
        'f' => Set::of('\u{C}'),
        'v' => Set::of('\u{B}'),
        other => Set::of(other),
    }
}
