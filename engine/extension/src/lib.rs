//! Work that is done outside the engine's own module: bytes in, bytes out, in steps.
//!
//! What the first answer does not need (training a model, reading a columnar file) would only make the engine
//! longer to fetch, so it lies in WebAssembly modules that are fetched when they are first wanted. Native doors
//! link the same code. Neither side shares memory or types with the other; a task and its answer are messages.

pub mod formats;
mod wire;

use std::fmt;

/// A module beside the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension {
    /// Compression and columnar files.
    Formats,
    /// Learners.
    Learning,
}

impl Extension {
    /// The name of its files in a site.
    pub const fn name(self) -> &'static str {
        match self {
            Extension::Formats => "formats",
            Extension::Learning => "learning",
        }
    }
}

/// How far a piece of work is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The module is being fetched; ask again later.
    Fetching,
    /// Parts of a thousand, as far as it can be told.
    Working(u16),
    Done(Vec<u8>),
    /// The task was not possible; in its own words for whoever gave it.
    Failed(String),
    /// The module could not be fetched, or trapped.
    Lost(String),
}

/// A piece of work. Dropped before its end, it is given up.
pub trait Work {
    /// Works for about `budget` touched numbers; nothing may be asked after `Done`, `Failed` or `Lost`.
    fn step(&mut self, budget: u64) -> Progress;
}

/// Where pieces of work are given to. Each door of the engine has its own.
#[derive(Clone, Copy)]
pub struct Extensions {
    begin: fn(Extension, Vec<u8>) -> Box<dyn Work>,
}

impl Extensions {
    pub const fn new(begin: fn(Extension, Vec<u8>) -> Box<dyn Work>) -> Self {
        Extensions { begin }
    }

    /// Begins a task, written as the extension's own crate says.
    pub fn begin(self, extension: Extension, task: Vec<u8>) -> Box<dyn Work> {
        (self.begin)(extension, task)
    }
}

impl Default for Extensions {
    /// A door without extensions: every task is lost.
    fn default() -> Self {
        Extensions::new(|extension, _| missing(extension))
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Extensions")
    }
}

/// The work of a module that this door does not have.
pub fn missing(extension: Extension) -> Box<dyn Work> {
    Box::new(Missing(extension))
}

struct Missing(Extension);

impl Work for Missing {
    fn step(&mut self, _: u64) -> Progress {
        Progress::Lost(format!("the module \"{}\" is not linked here", self.0.name()))
    }
}
