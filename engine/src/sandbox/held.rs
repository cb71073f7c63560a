//! What an account holds in memory while nobody runs anything: stored blocks, objects in S3, the learner's files.

use super::Sandbox;
use super::save::blocks_of;
use crate::sorted::SortedMap;
use crate::warehouse::manifest::Manifest;

impl Sandbox {
    /// Bytes that a statement over `manifest` finds taken.
    pub(super) fn held(&self, manifest: &Manifest) -> u64 {
        let blocks: u64 = blocks_of(manifest).map(|block| u64::from(block.bytes)).sum();
        // A file that was copied to S3, or from one key to another, is there once.
        let objects = self.account.s3.bodies().filter_map(|body| body.data());
        let texts = objects.chain(self.disk.written().map(|(_, bytes)| bytes));
        let apart: SortedMap<*const u8, u64> = texts.map(|text| (text.as_ptr(), text.len() as u64)).collect();
        blocks + apart.values().sum::<u64>()
    }
}
