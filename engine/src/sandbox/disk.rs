//! The learner's own machine, as the terminal sees it: `/data/...` and what was downloaded.

use crate::cli::Files;
use crate::pieces::Pieces;
use crate::sorted::SortedMap;

/// Files by absolute path.
#[derive(Clone)]
pub struct Disk {
    seed: u64,
    files: SortedMap<String, Pieces>,
    /// Files that are made when they are first read, from the sandbox's seed: the course's data sets.
    generated: SortedMap<String, fn(u64) -> Vec<u8>>,
}

impl Disk {
    /// An empty disk whose generated files come from `seed`.
    pub fn seeded(seed: u64) -> Self {
        Disk { seed, files: SortedMap::new(), generated: SortedMap::new() }
    }

    /// A file that `make` gives, from the disk's seed, whenever somebody reads it.
    pub fn register(&mut self, path: &str, make: fn(u64) -> Vec<u8>) {
        self.generated.insert(path.to_owned(), make);
    }

    /// What was written, without what can be made again.
    pub fn written(&self) -> impl Iterator<Item = (&str, &Pieces)> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes))
    }
}

impl Files for Disk {
    fn read(&self, path: &str) -> Option<Pieces> {
        if let Some(bytes) = self.files.get(path) {
            return Some(bytes.clone());
        }
        self.generated.get(path).map(|make| make(self.seed).into())
    }

    fn write(&mut self, path: &str, bytes: Pieces) {
        self.files.insert(path.to_owned(), bytes);
    }

    fn remove(&mut self, path: &str) -> bool {
        self.files.remove(path).is_some() | self.generated.remove(path).is_some()
    }

    fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.files.keys().chain(self.generated.keys()).cloned().collect();
        crate::sorted::sort(&mut paths);
        paths.dedup();
        paths
    }
}
