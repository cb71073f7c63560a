//! Compression and columnar files: what COPY, UNLOAD and external tables need and the first answer does not.
//!
//! The engine gives it tasks (`sandshift_extension::formats`), in the browser from one WebAssembly module to
//! another. [`object`] is objects compressed as a whole, [`parquet`] the columnar files, [`page`] their pages'
//! compression, [`glue`] what AWS Glue makes of objects that it looks at.

mod glue;
mod lzo;
mod object;
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
        Task::Footer { size, tail } => {
            Box::new(Said(parquet::footer::ending(size, &tail).map(|e| e.encode())))
        }
        Task::Chunk { footer, group, column, leaves } => {
            match parquet::chunk::ChunkReader::new(&footer, group, column, leaves) {
                Ok(reader) => Box::new(reader),
                Err(why) => Box::new(Said(Err(why))),
            }
        }
        Task::WriteGroup { at, fields, columns } => {
            Box::new(parquet::write::GroupWriter::new(at, fields, columns))
        }
        Task::WriteFooter { fields, rows, groups } => {
            Box::new(Said(Ok(parquet::write::footer(&fields, rows, &groups))))
        }
        Task::Glue { order, samples } => Box::new(Said(glue::answer(&order, samples))),
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
