//! What an account holds in memory while nobody runs anything: stored blocks, objects in S3, the learner's files.

use super::Sandbox;
use crate::pieces::{Piece, Pieces};
use crate::sorted::SortedMap;
use crate::warehouse::manifest::Manifest;

impl Sandbox {
    /// Bytes that there is memory for beside what the account holds.
    pub fn room(&self) -> u64 {
        self.memory_limit.saturating_sub(self.held(&self.warehouse.committed))
    }

    /// Bytes that a statement over `manifest` finds taken.
    pub(super) fn held(&self, manifest: &Manifest) -> u64 {
        let elsewhere = self.elsewhere.values().map(|station| &*station.warehouse.committed);
        // Backups are many and seldom change: theirs are reckoned once.
        let kept = self.account.vault.apart();
        let mut apart: Vec<(u64, u32)> = std::iter::once(manifest)
            .chain(elsewhere)
            .flat_map(Manifest::blocks)
            .filter(|block| kept.blocks.binary_search(&block.id).is_err())
            .map(|block| (block.id, block.bytes))
            .collect();
        crate::sorted::sort(&mut apart);
        apart.dedup();
        let blocks: u64 = kept.bytes + apart.iter().map(|(_, bytes)| u64::from(*bytes)).sum::<u64>();
        // A file that was copied to S3, or from one key to another, is there once.
        let objects = self.account.s3.bodies().filter_map(|body| body.data());
        let pieces = objects.chain(self.disk.written().map(|(_, bytes)| bytes)).flat_map(Pieces::iter);
        let apart: SortedMap<*const u8, u64> = pieces.map(Piece::kept).collect();
        blocks + apart.values().sum::<u64>()
    }
}
