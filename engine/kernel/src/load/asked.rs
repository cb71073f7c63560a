//! Questions to the module that knows compression and columnar files, and their answers when they come.

use crate::extension::formats::{Codec, Column, Ending, Field, Footer, Sample, Task, Written};
use crate::extension::{Extension, Extensions, Progress, Work};
use crate::pieces::Pieces;

/// Values the module may touch in a step: a few milliseconds.
const BUDGET: u64 = 400_000;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The bytes are not what they should be, in the module's words.
    Failed(String),
    /// There is no module.
    Lost(String),
}

/// A question that has been asked.
pub struct Asked<T> {
    work: Box<dyn Work>,
    read: fn(Vec<u8>) -> Option<T>,
}

impl<T> Asked<T> {
    fn new(extensions: Extensions, task: &Task, read: fn(Vec<u8>) -> Option<T>) -> Self {
        Self::begun(extensions, task.encode(), read)
    }

    fn begun(extensions: Extensions, task: Vec<u8>, read: fn(Vec<u8>) -> Option<T>) -> Self {
        Asked { work: extensions.begin(Extension::Formats, task), read }
    }

    /// Works on; `None` while the answer is not there. Nothing may be asked after it.
    pub fn step(&mut self) -> Result<Option<T>, Trouble> {
        match self.work.step(BUDGET) {
            Progress::Fetching | Progress::Working(_) => Ok(None),
            Progress::Done(answer) => match (self.read)(answer) {
                Some(answer) => Ok(Some(answer)),
                None => Err(Trouble::Lost("the module's answer cannot be read".to_owned())),
            },
            Progress::Failed(why) => Err(Trouble::Failed(why)),
            Progress::Lost(why) => Err(Trouble::Lost(why)),
        }
    }
}

/// The bytes of a compressed object; more than `most` of them are refused.
pub fn expand(extensions: Extensions, codec: Codec, most: u64, bytes: &Pieces) -> Asked<Vec<u8>> {
    let pieces = bytes.iter().map(|piece| &**piece);
    Asked::begun(extensions, Task::expand(codec, most, bytes.len(), pieces), Some)
}

pub fn compress(extensions: Extensions, codec: Codec, bytes: Vec<u8>) -> Asked<Vec<u8>> {
    Asked::new(extensions, &Task::Compress { codec, bytes }, Some)
}

/// What the last bytes of a Parquet or ORC file of `size` bytes tell, with the pieces that it asked for.
pub fn footer(
    extensions: Extensions,
    orc: bool,
    size: u64,
    tail: &[u8],
    pieces: Vec<Vec<u8>>,
) -> Asked<Ending> {
    let task = Task::Footer { orc, size, tail: tail.to_vec(), pieces };
    Asked::new(extensions, &task, |answer| Ending::decode(&answer))
}

/// A column of a row group, from the bytes of its ranges.
pub fn column(
    extensions: Extensions,
    footer: &Footer,
    group: usize,
    column: usize,
    leaves: Vec<Vec<u8>>,
) -> Asked<Column> {
    let (group, column) = (group as u32, column as u32);
    let task = Task::Chunk { footer: footer.raw.clone(), group, column, leaves };
    Asked::new(extensions, &task, |answer| Column::decode(&answer))
}

/// A row group that will stand at `at` in its file.
pub fn write_group(
    extensions: Extensions,
    at: u64,
    fields: &[Field],
    columns: Vec<Column>,
) -> Asked<Written> {
    let task = Task::WriteGroup { at, fields: fields.to_vec(), columns };
    Asked::new(extensions, &task, |answer| Written::decode(&answer))
}

/// The end of a Parquet file of these groups.
pub fn write_footer(
    extensions: Extensions,
    fields: &[Field],
    rows: u64,
    groups: Vec<Vec<u8>>,
) -> Asked<Vec<u8>> {
    Asked::new(extensions, &Task::WriteFooter { fields: fields.to_vec(), rows, groups }, Some)
}

/// What Glue makes of objects: order and answer are JSON.
pub fn glue(extensions: Extensions, order: Vec<u8>, samples: Vec<Sample>) -> Asked<Vec<u8>> {
    Asked::new(extensions, &Task::Glue { order, samples }, Some)
}
