//! A Parquet file being read: its end first, then, row group by row group, the columns that are wanted. An ORC file is
//! read in the same way, with its stripes for row groups.
//!
//! COPY and external tables read through it. Which bytes it takes is counted, because they are what is paid for.

use arrow::array::ArrayRef;

use super::asked::{self, Asked, Trouble};
use super::plain::array;
use crate::extension::Extensions;
use crate::extension::formats::{Column, Ending, Footer};
use crate::pieces::Pieces;

/// A file on its way.
pub struct ParquetFile {
    extensions: Extensions,
    orc: bool,
    bytes: Pieces,
    footer: Option<Footer>,
    opening: Option<Asked<Ending>>,
    /// How much of its end is looked at.
    tail: u64,
    /// The columns that are read, and the row groups, both in the order they are given out.
    columns: Vec<usize>,
    groups: std::vec::IntoIter<usize>,
    current: Option<Group>,
    /// Bytes of the file that were taken.
    pub bytes_read: u64,
}

/// A row group whose columns come one by one.
struct Group {
    number: usize,
    asked: Option<Asked<Column>>,
    arrays: Vec<ArrayRef>,
}

/// What a step came to.
pub enum Read {
    Pending,
    /// The end of the file is read: see [`ParquetFile::footer`], then [`ParquetFile::choose`].
    Opened,
    /// All rows of a row group, the chosen columns in the layout of [`super::plain::data_type`].
    Group {
        columns: Vec<ArrayRef>,
        rows: usize,
    },
    End,
}

/// What is read of the end at first: most footers are shorter.
const TAIL: u64 = 16_384;

impl ParquetFile {
    pub fn new(extensions: Extensions, bytes: Pieces, orc: bool) -> Self {
        ParquetFile {
            extensions,
            orc,
            bytes,
            footer: None,
            opening: None,
            tail: TAIL,
            columns: Vec::new(),
            groups: Vec::new().into_iter(),
            current: None,
            bytes_read: 0,
        }
    }

    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Known once a step said [`Read::Opened`].
    pub fn footer(&self) -> Option<&Footer> {
        self.footer.as_ref()
    }

    /// Says which columns of which row groups are wanted. Without columns, only the groups' rows are told.
    pub fn choose(&mut self, columns: Vec<usize>, groups: Vec<usize>) {
        self.columns = columns;
        self.groups = groups.into_iter();
    }

    /// One bounded piece of work.
    ///
    /// # Errors
    /// The file is no Parquet file, or damaged; the module is not there.
    pub fn step(&mut self) -> Result<Read, Trouble> {
        let Some(footer) = &self.footer else { return self.open() };
        let Some(group) = &mut self.current else {
            let Some(number) = self.groups.next() else { return Ok(Read::End) };
            self.current = Some(Group { number, asked: None, arrays: Vec::new() });
            return Ok(Read::Pending);
        };
        let about = footer.groups.get(group.number).ok_or_else(damaged)?;
        let Some(number) = self.columns.get(group.arrays.len()) else {
            let rows = about.rows as usize;
            let columns = std::mem::take(&mut group.arrays);
            self.current = None;
            return Ok(Read::Group { columns, rows });
        };
        let Some(asked) = &mut group.asked else {
            let mut leaves = Vec::new();
            for (start, length) in &about.chunks.get(*number).ok_or_else(damaged)?.ranges {
                let range = *start as usize..start.saturating_add(*length) as usize;
                leaves.push(self.bytes.copied(range).ok_or_else(damaged)?);
                self.bytes_read += length;
            }
            group.asked = Some(asked::column(self.extensions, footer, group.number, *number, leaves));
            return Ok(Read::Pending);
        };
        if let Some(column) = asked.step()? {
            let kind = footer.fields.get(*number).ok_or_else(damaged)?.kind;
            if u64::from(column.rows) != about.rows {
                return Err(Trouble::Failed("a column of the file has other rows than its group".to_owned()));
            }
            group.arrays.push(array(&column, kind).map_err(Trouble::Failed)?);
            group.asked = None;
        }
        Ok(Read::Pending)
    }

    fn open(&mut self) -> Result<Read, Trouble> {
        let size = self.size();
        let ask = |file: &Self, pieces| {
            let tail = file.bytes.copied(size.saturating_sub(file.tail) as usize..size as usize);
            Some(asked::footer(file.extensions, file.orc, size, &tail.unwrap_or_default(), pieces))
        };
        let Some(asked) = &mut self.opening else {
            self.bytes_read = size.min(self.tail);
            self.opening = ask(self, Vec::new());
            return Ok(Read::Pending);
        };
        match asked.step()? {
            None => {}
            Some(Ending::More(bytes)) => {
                self.tail = bytes;
                self.bytes_read = size.min(bytes);
                self.opening = ask(self, Vec::new());
            }
            Some(Ending::Pieces(ranges)) => {
                let mut pieces = Vec::new();
                for range in ranges {
                    pieces.push(self.piece(range)?);
                }
                self.opening = ask(self, pieces);
            }
            Some(Ending::Footer(footer)) => {
                self.opening = None;
                self.footer = Some(footer);
                return Ok(Read::Opened);
            }
        }
        Ok(Read::Pending)
    }

    /// Bytes of the file, counted.
    fn piece(&mut self, (start, length): (u64, u64)) -> Result<Vec<u8>, Trouble> {
        let range = start as usize..start.saturating_add(length) as usize;
        let piece = self.bytes.copied(range).ok_or_else(damaged)?;
        self.bytes_read += length;
        Ok(piece)
    }
}

fn damaged() -> Trouble {
    Trouble::Failed("the file's footer is damaged".to_owned())
}
