//! The workspace as bytes: all of it, or what changed since it was stored last.

use sandshift_engine::sandbox::{ToStore, Unwritten};
use sandshift_engine::sorted::SortedMap;
use sandshift_lessons::Record;
use serde::Serialize;

use super::Workspace;

/// What is written beside the blocks: the account's manifest, the record, what the page keeps.
#[derive(Serialize)]
struct Kept {
    lab: Option<String>,
    account: Vec<u8>,
    record: Record,
    page: SortedMap<String, String>,
}

/// A workspace as bytes.
pub struct Saved {
    pub manifest: Vec<u8>,
    pub blocks: Vec<(u64, Vec<u8>)>,
    pub live: Vec<u64>,
}

fn written(ToStore { manifest, blocks, live }: ToStore) -> Result<Saved, String> {
    let written = |(number, block): (u64, Unwritten)| match block.bytes() {
        Ok(bytes) => Ok((number, bytes.into_owned())),
        Err(error) => Err(error.to_string()),
    };
    Ok(Saved { manifest, blocks: blocks.into_iter().map(written).collect::<Result<_, String>>()?, live })
}

impl Workspace {
    /// The workspace as bytes when something changed since the last call; `has` tells which blocks the store
    /// holds.
    ///
    /// # Errors
    /// An account that cannot be written down: a defect of ours.
    pub fn save(&mut self, has: &dyn Fn(u64) -> bool) -> Result<Option<Saved>, String> {
        self.changes(has)?.map(written).transpose()
    }

    /// As [`Workspace::save`], with blocks that are written down one by one.
    ///
    /// # Errors
    /// As [`Workspace::save`].
    pub fn changes(&mut self, has: &dyn Fn(u64) -> bool) -> Result<Option<ToStore>, String> {
        if !self.changed {
            return Ok(None);
        }
        let saved = if self.replaced { self.all(&|_| false)? } else { self.all(has)? };
        (self.changed, self.replaced) = (false, false);
        Ok(Some(saved))
    }

    /// The whole workspace, for one file.
    ///
    /// # Errors
    /// As [`Workspace::save`].
    pub fn write(&self, has: &dyn Fn(u64) -> bool) -> Result<Saved, String> {
        written(self.all(has)?)
    }

    /// As [`Workspace::write`], with blocks that are written down one by one.
    ///
    /// # Errors
    /// As [`Workspace::save`].
    pub fn all(&self, has: &dyn Fn(u64) -> bool) -> Result<ToStore, String> {
        let ToStore { manifest: account, blocks, live } =
            self.sandbox.to_store(has).map_err(|error| error.to_string())?;
        let kept = Kept {
            lab: self.lab.as_ref().map(|lab| lab.definition.id.clone()),
            account,
            record: self.record.clone(),
            page: self.kept.clone(),
        };
        let manifest = postcard::to_allocvec(&kept).map_err(|error| error.to_string())?;
        Ok(ToStore { manifest, blocks, live })
    }
}
