//! Compression and columnar files: what COPY, UNLOAD and external tables need and the first answer does not.
//!
//! The engine gives it tasks (`sandshift_extension::formats`), in the browser from one WebAssembly module to
//! another. [`object`] is objects compressed as a whole, [`parquet`] and [`orc`] the columnar files, [`avro`] files
//! of rows, [`page`] the compression of Parquet's pages, [`json`] values in words, [`glue`] what AWS Glue makes of
//! objects that it looks at. What former versions stored is a file of a former format, too, and is renewed here
//! (`sandshift_upgrade`).

mod avro;
mod glue;
mod json;
mod lzo;
mod object;
mod orc;
mod page;
mod parquet;

use sandshift_extension::formats::Task;
use sandshift_extension::{Progress, Work};

/// A task that is not possible, in words for whoever gave it.
type Result<T> = std::result::Result<T, String>;

/// Begins a task as `sandshift_extension::formats` writes them.
pub fn begin(task: Vec<u8>) -> Box<dyn Work> {
    let Some(decoded) = Task::decode(&task) else {
        return Box::new(Said(Err("this is no task of formats".to_owned())));
    };
    drop(task);
    match decoded {
        Task::Expand { codec, most, bytes } => Box::new(object::Expand::new(codec, most, bytes)),
        Task::Compress { codec, bytes } => Box::new(object::Compress::new(codec, bytes)),
        Task::Footer { orc, size, tail, pieces } => {
            let ending = if orc {
                orc::footer::ending(size, &tail, &pieces)
            } else {
                parquet::footer::ending(size, &tail)
            };
            Box::new(Said(ending.map(|ending| ending.encode())))
        }
        Task::Chunk { footer, group, column, leaves } if footer.starts_with(orc::MAGIC) => {
            begun(orc::column::ColumnReader::new(&footer, group, column, leaves))
        }
        Task::Chunk { footer, group, column, leaves } => {
            begun(parquet::chunk::ChunkReader::new(&footer, group, column, leaves))
        }
        Task::WriteGroup { at, fields, columns } => {
            Box::new(parquet::write::GroupWriter::new(at, fields, columns))
        }
        Task::WriteFooter { fields, rows, groups } => {
            Box::new(Said(Ok(parquet::write::footer(&fields, rows, &groups))))
        }
        Task::Renew { format, number, bytes } => {
            Box::new(Said(sandshift_upgrade::renew(format, number, &bytes)))
        }
        Task::Glue { order, samples } => Box::new(Said(glue::answer(&order, samples))),
    }
}

fn begun<W: Work + 'static>(work: Result<W>) -> Box<dyn Work> {
    match work {
        Ok(work) => Box::new(work),
        Err(why) => Box::new(Said(Err(why))),
    }
}

/// An answer that is there at once.
struct Said(Result<Vec<u8>>);

impl Work for Said {
    fn step(&mut self, _: u64) -> Progress {
        match std::mem::replace(&mut self.0, Ok(Vec::new())) {
            Ok(answer) => Progress::Done(answer),
            Err(why) => Progress::Failed(why),
        }
    }
}
