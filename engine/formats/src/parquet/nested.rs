//! Lists, maps and structures, put together from the levels of their leaves and written as JSON.

use sandshift_extension::formats::{Column, Data, Kind, Strings};

use super::pages::{Page, Values, each};
use super::schema::{Node, What};
use crate::Result;
use crate::json::{json, string};

/// Rows that are put together before the budget is looked at again.
const ROWS: u32 = 256;

/// What the pages of a leaf held.
pub struct Levels {
    kind: Kind,
    definitions: Vec<u32>,
    repetitions: Vec<u32>,
    /// The values as JSON, those that are there.
    values: Strings,
    at: usize,
    value: usize,
}

impl Levels {
    pub fn new(kind: Kind) -> Self {
        Levels {
            kind,
            definitions: Vec::new(),
            repetitions: Vec::new(),
            values: Strings::default(),
            at: 0,
            value: 0,
        }
    }

    fn definition(&self) -> Option<u32> {
        self.definitions.get(self.at).copied()
    }
}

/// A nested column on its way.
pub struct Nest {
    node: Node,
    leaves: Vec<Levels>,
    rows: u32,
    valid: Vec<u8>,
    out: Strings,
}

impl Nest {
    pub fn new(node: Node, leaves: Vec<Levels>) -> Self {
        Nest { node, leaves, rows: 0, valid: Vec::new(), out: Strings::default() }
    }

    /// Takes a page of the leaf numbered `leaf` among the column's.
    pub fn take(&mut self, leaf: usize, page: Page, dictionary: Option<&Data>) -> Result<()> {
        let mut found = Vec::new();
        self.node.leaves(&mut found);
        let (Some((node, _)), Some(levels)) = (found.get(leaf), self.leaves.get_mut(leaf)) else {
            return Err("a leaf that its column does not have".to_owned());
        };
        let mut all = |from: &[u32], most: u32, repeat: bool| {
            let to = if repeat { &mut levels.repetitions } else { &mut levels.definitions };
            match from {
                [] => to.resize(to.len() + page.count, most),
                from => to.extend_from_slice(from),
            }
        };
        all(&page.definitions, node.definition, false);
        all(&page.repetitions, 0, true);
        let Levels { kind, values, .. } = levels;
        let mut text = String::new();
        let mut write = |value: &[u8]| {
            text.clear();
            json(*kind, value, &mut text);
            values.push(text.as_bytes());
        };
        match &page.values {
            // Each entry of a dictionary is printed once a page rather than once a row.
            Values::Coded(codes) if !codes.is_empty() => {
                let dictionary = dictionary.ok_or_else(|| "a page of the file is damaged".to_owned())?;
                super::pages::look_up(dictionary, kind.width(), codes, write)
            }
            other => each(other, dictionary, kind.width(), &mut write),
        }
    }

    /// Puts rows together; `None`: there is more to do.
    pub fn work(&mut self, budget: u64) -> Result<Option<Column>> {
        let damaged = || "the levels of a nested column do not fit together".to_owned();
        let mut done = 0;
        let mut text = String::new();
        while done <= budget {
            for _ in 0..ROWS {
                let first = self.leaves.first().ok_or_else(damaged)?;
                if first.at >= first.definitions.len() {
                    let valid = Some(std::mem::take(&mut self.valid));
                    return Ok(Some(Column {
                        rows: self.rows,
                        valid,
                        data: Data::Strings(std::mem::take(&mut self.out)),
                    }));
                }
                let row = self.rows as usize;
                if row.is_multiple_of(8) {
                    self.valid.push(0);
                }
                text.clear();
                let missing = self.node.optional && first.definition() < Some(self.node.definition);
                if self.node.repeated {
                    repeated(&self.node, &mut self.leaves, &mut text).ok_or_else(damaged)?;
                } else {
                    value(&self.node, &mut self.leaves, &mut text).ok_or_else(damaged)?;
                }
                if missing {
                    text.clear();
                } else {
                    self.valid[row / 8] |= 1 << (row % 8);
                }
                self.out.push(text.as_bytes());
                done += 1 + text.len() as u64 / 8;
                self.rows += 1;
            }
        }
        Ok(None)
    }
}

/// One element of what repeats is there, or more: writes them all.
fn repeated(node: &Node, leaves: &mut [Levels], out: &mut String) -> Option<()> {
    if leaves.first()?.definition()? < node.definition {
        skip(leaves);
        out.push_str("[]");
        return Some(());
    }
    out.push('[');
    loop {
        element(node, leaves, out)?;
        let first = leaves.first()?;
        if first.repetitions.get(first.at).is_none_or(|level| *level < node.repetition) {
            break;
        }
        out.push(',');
    }
    out.push(']');
    Some(())
}

/// What one repetition holds: the only member of a list's group, or the group.
fn element(node: &Node, leaves: &mut [Levels], out: &mut String) -> Option<()> {
    match &node.what {
        What::Structure(children)
            if children.len() == 1 && node.name != "array" && !node.name.ends_with("_tuple") =>
        {
            member(&children[0], leaves, out)
        }
        _ => content(node, leaves, out),
    }
}

fn member(node: &Node, leaves: &mut [Levels], out: &mut String) -> Option<()> {
    if node.repeated { repeated(node, leaves, out) } else { value(node, leaves, out) }
}

/// One value of a node that does not repeat.
fn value(node: &Node, leaves: &mut [Levels], out: &mut String) -> Option<()> {
    if leaves.first()?.definition()? < node.definition {
        skip(leaves);
        out.push_str("null");
        return Some(());
    }
    content(node, leaves, out)
}

/// A value that is there.
fn content(node: &Node, leaves: &mut [Levels], out: &mut String) -> Option<()> {
    match &node.what {
        What::Leaf(_) => {
            let leaf = leaves.first_mut()?;
            out.push_str(std::str::from_utf8(leaf.values.get(leaf.value)?).ok()?);
            leaf.value += 1;
            leaf.at += 1;
        }
        What::List(children) => member(children.first()?, leaves, out)?,
        What::Map(children) => map(children.first()?, leaves, out)?,
        What::Structure(children) => {
            out.push('{');
            let mut rest = leaves;
            for (number, child) in children.iter().enumerate() {
                let (own, others) = rest.split_at_mut_checked(count(child))?;
                rest = others;
                if number > 0 {
                    out.push(',');
                }
                string(&child.name, out);
                out.push(':');
                member(child, own, out)?;
            }
            out.push('}');
        }
    }
    Some(())
}

/// A map's pairs, as an object of its keys.
fn map(pairs: &Node, leaves: &mut [Levels], out: &mut String) -> Option<()> {
    if leaves.first()?.definition()? < pairs.definition {
        skip(leaves);
        out.push_str("{}");
        return Some(());
    }
    let What::Structure(children) = &pairs.what else { return None };
    let key = children.first()?;
    out.push('{');
    loop {
        let (keys, rest) = leaves.split_at_mut_checked(count(key))?;
        let start = out.len();
        value(key, keys, out)?;
        if !out[start..].starts_with('"') {
            let bare = out.split_off(start);
            string(&bare, out);
        }
        out.push(':');
        match children.get(1) {
            Some(held) => member(held, rest, out)?,
            None => out.push_str("null"),
        }
        let first = leaves.first()?;
        if first.repetitions.get(first.at).is_none_or(|level| *level < pairs.repetition) {
            break;
        }
        out.push(',');
    }
    out.push('}');
    Some(())
}

/// Leaves below a node.
fn count(node: &Node) -> usize {
    let mut leaves = Vec::new();
    node.leaves(&mut leaves);
    leaves.len()
}

/// Steps over one entry of every leaf: what is not there above them.
fn skip(leaves: &mut [Levels]) {
    leaves.iter_mut().for_each(|leaf| leaf.at += 1);
}
