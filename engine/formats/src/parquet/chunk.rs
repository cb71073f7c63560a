//! One column of one row group, page by page.

use sandshift_extension::formats::{Column, Data, Kind, Strings};
use sandshift_extension::{Progress, Work};

use super::footer::metadata;
use super::nested::{Levels, Nest};
use super::pages::{Page, Pages, Values, each};
use super::schema::{Node, What};
use crate::Result;
use crate::page::PageCodec;

/// Dictionaries of so many strings are handed on as such.
const CODED: usize = 1_024;

/// Reads a column.
pub struct ChunkReader {
    leaves: Vec<Pages>,
    /// The leaf that is being read.
    current: usize,
    target: Target,
}

enum Target {
    Flat(Flat),
    /// Levels and values of every leaf, to be put together at the end.
    Nested(Box<Nest>),
}

/// A column without nesting, growing.
struct Flat {
    kind: Kind,
    /// The highest definition level; 0 or 1 here, more below optional structures of one member.
    definition: u32,
    rows: u32,
    valid: Vec<u8>,
    nulls: bool,
    fixed: Vec<u8>,
    strings: Strings,
    /// While every page spoke of one small dictionary.
    codes: Option<Vec<u8>>,
}

impl ChunkReader {
    pub fn new(footer: &[u8], group: u32, column: u32, bytes: Vec<Vec<u8>>) -> Result<Self> {
        let unknown = || "the file has no such row group or column".to_owned();
        let (data, nodes) = metadata(footer)?;
        let group = data.list(4).get(group as usize).ok_or_else(unknown)?;
        let node: Node = nodes.into_iter().nth(column as usize).ok_or_else(unknown)?;
        let mut found = Vec::new();
        node.leaves(&mut found);
        if found.len() != bytes.len() {
            return Err(unknown());
        }
        let mut leaves = Vec::new();
        for ((leaf_node, leaf), bytes) in found.iter().zip(bytes) {
            let about = group.list(1).get(leaf.index).and_then(|chunk| chunk.field(3)).ok_or_else(unknown)?;
            let codec = PageCodec::from_number(about.int(4).unwrap_or(0))?;
            let values = about.int(5).and_then(|values| u64::try_from(values).ok()).ok_or_else(unknown)?;
            leaves.push(Pages::new(bytes, leaf_node, *leaf, codec, values));
        }
        let target = match node.kind() {
            Kind::Nested if node.repeated || !matches!(node.what, What::Leaf(_)) => {
                let levels = found.iter().map(|(_, leaf)| Levels::new(leaf.kind)).collect();
                Target::Nested(Box::new(Nest::new(node, levels)))
            }
            kind => Target::Flat(Flat {
                kind,
                definition: node.definition,
                rows: 0,
                valid: Vec::new(),
                nulls: false,
                fixed: Vec::new(),
                strings: Strings::default(),
                codes: Some(Vec::new()),
            }),
        };
        Ok(ChunkReader { leaves, current: 0, target })
    }

    /// `None`: there is more to do.
    fn work(&mut self, budget: u64) -> Result<Option<Column>> {
        let mut done = 0;
        while done <= budget {
            let Some(pages) = self.leaves.get_mut(self.current) else {
                return match &mut self.target {
                    Target::Flat(flat) => {
                        flat.finish(self.leaves.first().and_then(Pages::dictionary)).map(Some)
                    }
                    Target::Nested(nest) => nest.work(budget),
                };
            };
            match pages.next()? {
                None => self.current += 1,
                Some(page) => {
                    done += page.count as u64;
                    match &mut self.target {
                        Target::Flat(flat) => flat.take(page, pages.dictionary())?,
                        Target::Nested(nest) => nest.take(self.current, page, pages.dictionary())?,
                    }
                }
            }
        }
        Ok(None)
    }
}

impl Work for ChunkReader {
    fn step(&mut self, budget: u64) -> Progress {
        match self.work(budget) {
            Ok(Some(column)) => Progress::Done(column.encode()),
            Ok(None) => {
                let (at, all) =
                    self.leaves.iter().map(Pages::progress).fold((0, 1), |(a, b), (c, d)| (a + c, b + d));
                Progress::Working((at as u64 * 999 / all as u64) as u16)
            }
            Err(why) => Progress::Failed(why),
        }
    }
}

impl Flat {
    fn take(&mut self, page: Page, dictionary: Option<&Data>) -> Result<()> {
        let width = self.kind.width();
        let start = self.rows as usize;
        self.rows =
            u32::try_from(start + page.count).map_err(|_| "a row group of too many rows".to_owned())?;
        self.valid.resize((start + page.count).div_ceil(8), 0);
        // Which rows are there.
        let there: Option<Vec<bool>> = (self.definition > 0)
            .then(|| page.definitions.iter().map(|level| *level == self.definition).collect());
        match &there {
            None => (start..start + page.count).for_each(|row| self.valid[row / 8] |= 1 << (row % 8)),
            Some(there) => {
                for (row, there) in there.iter().enumerate() {
                    let row = start + row;
                    self.valid[row / 8] |= u8::from(*there) << (row % 8);
                    self.nulls |= !there;
                }
            }
        }
        let small = matches!(dictionary, Some(Data::Strings(strings)) if strings.len() <= CODED && !strings.is_empty());
        if let (Some(codes), Values::Coded(found), true) = (&mut self.codes, &page.values, small) {
            let mut found = found.iter();
            for row in 0..page.count {
                let code = match &there {
                    Some(there) if !there[row] => 0,
                    _ => found.next().copied().unwrap_or(0),
                };
                codes.extend_from_slice(&code.to_le_bytes());
            }
            return Ok(());
        }
        if width.is_none() {
            self.give_up(dictionary)?;
        }
        let Some(there) = there else {
            // The fast way, where nothing is missing.
            if let Values::Plain(Data::Fixed(bytes)) = &page.values {
                self.fixed.extend_from_slice(bytes);
                return Ok(());
            }
            return each(&page.values, dictionary, width, |value| self.push(width, value));
        };
        let mut rows = there.iter();
        each(&page.values, dictionary, width, |value| {
            for _ in rows.by_ref().take_while(|there| !**there) {
                self.push_null(width);
            }
            self.push(width, value);
        })?;
        rows.for_each(|_| self.push_null(width));
        Ok(())
    }

    fn push(&mut self, width: Option<usize>, value: &[u8]) {
        match width {
            Some(_) => self.fixed.extend_from_slice(value),
            None => self.strings.push(value),
        }
    }

    fn push_null(&mut self, width: Option<usize>) {
        match width {
            Some(width) => self.fixed.resize(self.fixed.len() + width, 0),
            None => self.strings.push(b""),
        }
    }

    /// Codes so far become strings, because what comes now has none.
    fn give_up(&mut self, dictionary: Option<&Data>) -> Result<()> {
        let Some(codes) = self.codes.take() else { return Ok(()) };
        for (row, code) in codes.as_chunks::<4>().0.iter().enumerate() {
            let there = self.valid[row / 8] >> (row % 8) & 1 == 1;
            match dictionary {
                Some(Data::Strings(strings)) if there => {
                    let text = strings.get(u32::from_le_bytes(*code) as usize);
                    self.strings.push(text.ok_or_else(|| "a page of the file is damaged".to_owned())?);
                }
                _ => self.strings.push(b""),
            }
        }
        Ok(())
    }

    fn finish(&mut self, dictionary: Option<&Data>) -> Result<Column> {
        let data = match (self.kind.width(), self.codes.take(), dictionary) {
            (Some(_), ..) => Data::Fixed(std::mem::take(&mut self.fixed)),
            (None, Some(codes), Some(Data::Strings(strings))) => {
                Data::Coded { codes, strings: strings.clone() }
            }
            (None, ..) => Data::Strings(std::mem::take(&mut self.strings)),
        };
        let valid = self.nulls.then(|| std::mem::take(&mut self.valid));
        Ok(Column { rows: self.rows, valid, data })
    }
}
