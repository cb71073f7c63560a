//! An account as bytes, and back.
//!
//! Blocks never change, so a store keeps each once, under its number; what changes is the manifest, which is
//! small and written last. Whoever writes both in one transaction can lose power at any moment and finds a
//! whole account again.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use serde::{Deserialize, Serialize};

use super::fleet::{self, Station};
use super::{Disk, Sandbox};
use crate::aws::Account;
use crate::cli::Files;
use crate::clock::Clock;
use crate::pieces::{PIECE, Pieces};
use crate::sorted::SortedMap;
use crate::sql::execute::memory::DEFAULT_LIMIT;
use crate::warehouse::catalog::RelationKind;
use crate::warehouse::manifest::{Manifest, Warehouse, WarehouseId};
use crate::warehouse::storage::Block;
use crate::warehouse::storage::generated::{Generated, Maker, Recipe};
use crate::warehouse::storage::{codec, dictionary};

/// Grows when the written form changes after a release. What former forms wrote is refused here by name, brought into this
/// one by `sandshift-upgrade`, and offered again. A column's bytes are outside of it: a new layout gets a new tag.
const FORMAT: u32 = 7;

/// Numbers of column blocks, S3 objects and files share one key space: the kind stands in the top bits.
/// Low enough that JavaScript's numbers, which key the browser's store, tell all of them apart.
const OBJECT: u64 = 1 << 50;
const FILE: u64 = 2 << 50;
/// What a snapshot holds, as the vault numbers it.
const KEPT: u64 = 3 << 50;

/// A sandbox that is to be stored: the manifest, and the blocks that the store does not have yet. Each of these is
/// written down when it is asked for its bytes, so that they never lie in memory a second time all together.
pub struct ToStore {
    pub manifest: Vec<u8>,
    pub blocks: Vec<(u64, Unwritten)>,
    /// Every block the manifest refers to; others may be deleted from the store.
    pub live: Vec<u64>,
}

/// A block as it is held until it is written down.
pub enum Unwritten {
    Column(ArrayRef),
    Manifest(Arc<Manifest>),
    Bytes(Pieces),
}

impl Unwritten {
    /// Its bytes as they are stored.
    ///
    /// # Errors
    /// What cannot be written down: a defect of ours.
    pub fn bytes(&self) -> Result<Cow<'_, [u8]>, LoadError> {
        Ok(match self {
            Unwritten::Column(data) => Cow::Owned(codec::encode(data)),
            Unwritten::Manifest(manifest) => Cow::Owned(postcard::to_allocvec(&**manifest).map_err(broken)?),
            Unwritten::Bytes(pieces) => pieces.whole(),
        })
    }
}

fn broken(error: postcard::Error) -> LoadError {
    LoadError::Broken(error.to_string())
}

/// A sandbox as bytes: the manifest, and the blocks that the store does not have yet.
pub struct Saved {
    pub manifest: Vec<u8>,
    pub blocks: Vec<(u64, Vec<u8>)>,
    /// Every block the manifest refers to; others may be deleted from the store.
    pub live: Vec<u64>,
}

/// Why bytes are not an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// Written by a newer Sandshift.
    Newer { format: u32 },
    /// Written by an older Sandshift, in a form that has to be renewed.
    Older { format: u32 },
    /// Not what [`Sandbox::save`] wrote.
    Broken(String),
    /// A block the manifest speaks of is not in the store.
    BlockMissing { block: u64 },
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LoadError::Newer { format } => {
                write!(f, "written by a newer version of Sandshift (format {format})")
            }
            LoadError::Older { format } => {
                write!(f, "written by an older version of Sandshift (format {format})")
            }
            LoadError::Broken(what) => write!(f, "not a saved account: {what}"),
            LoadError::BlockMissing { block } => write!(f, "block {block} is missing"),
        }
    }
}

/// Gives a stored block's bytes.
type ReadBlock<'a> = &'a mut dyn FnMut(u64) -> Option<Vec<u8>>;

/// Gives the maker of a number.
pub type Makers = fn(u16) -> Option<&'static Maker>;

#[derive(Serialize, Deserialize)]
struct Written {
    clock: Clock,
    warehouses: Vec<Warehouse>,
    present: WarehouseId,
    account: Arc<Account>,
    /// Path and block number of each file; several of one path are its pieces.
    files: Vec<(String, u64)>,
    seed: u64,
    next_session: u32,
}

impl Sandbox {
    /// Asks for all that is written of an account, as whoever reads one does; the books of `sandshift-upgrade` are made so.
    ///
    /// # Errors
    /// Those of `reader`.
    pub fn describe<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<(), D::Error> {
        Written::deserialize(reader).map(drop)
    }

    /// The number of the form that is written.
    pub const FORMAT: u32 = FORMAT;

    /// The account as bytes; `has` tells which blocks the store holds already. Open transactions and
    /// temporary tables are not part of it.
    ///
    /// # Errors
    /// When the account cannot be written down, which is a defect of ours.
    pub fn save(&self, has: &dyn Fn(u64) -> bool) -> Result<Saved, LoadError> {
        let ToStore { manifest, blocks, live } = self.to_store(has)?;
        let written = |(number, block): (u64, Unwritten)| Ok((number, block.bytes()?.into_owned()));
        let blocks = blocks.into_iter().map(written).collect::<Result<_, LoadError>>()?;
        Ok(Saved { manifest, blocks, live })
    }

    /// As [`Sandbox::save`], with blocks that are written down one by one.
    ///
    /// # Errors
    /// As [`Sandbox::save`].
    pub fn to_store(&self, has: &dyn Fn(u64) -> bool) -> Result<ToStore, LoadError> {
        let (mut live, mut blocks) = (Vec::new(), Vec::new());
        let mut add = |number: u64, block: &dyn Fn() -> Unwritten| {
            live.push(number);
            if !has(number) {
                blocks.push((number, block()));
            }
        };
        let contents = self.account.vault.contents();
        let held = self.warehouses().map(|warehouse| &warehouse.committed);
        let manifests = held.chain(contents.map(|(_, manifest)| manifest));
        let stored = |block: &&Block| block.recipe().is_none();
        let mut shared: Vec<&Block> =
            manifests.flat_map(|manifest| manifest.blocks()).filter(stored).collect();
        crate::sorted::sort_by_key(&mut shared, |block| block.id);
        shared.dedup_by_key(|block| block.id);
        for block in shared {
            if let Some(data) = block.array() {
                add(block.id, &|| Unwritten::Column(data.clone()));
            }
        }
        for (number, manifest) in self.account.vault.contents() {
            add(KEPT | number, &|| Unwritten::Manifest(manifest.clone()));
        }
        for (number, bytes) in self.account.blobs() {
            add(OBJECT | number, &|| Unwritten::Bytes(bytes.clone()));
        }
        let mut files = Vec::new();
        for (path, bytes) in self.disk.written() {
            // A long file is stored in pieces, an empty one as an empty one.
            for start in (0..bytes.len().max(1)).step_by(PIECE) {
                let piece = bytes.slice(start..start + PIECE);
                // A piece's number is that of its content, so that the same content is written once.
                let number = FILE | (fingerprint(&piece) & (OBJECT - 1));
                files.push((path.to_owned(), number));
                add(number, &|| Unwritten::Bytes(piece.clone()));
            }
        }
        let written = Written {
            clock: self.clock.clone(),
            warehouses: self.warehouses().cloned().collect(),
            present: self.warehouse.id,
            account: self.account.clone(),
            files,
            seed: self.seed,
            next_session: self.next_session,
        };
        let mut manifest = FORMAT.to_le_bytes().to_vec();
        manifest.extend(postcard::to_allocvec(&written).map_err(broken)?);
        crate::sorted::sort(&mut live);
        live.dedup();
        crate::sorted::sort_by_key(&mut blocks, |(number, _)| *number);
        blocks.dedup_by_key(|(number, _)| *number);
        Ok(ToStore { manifest, blocks, live })
    }

    /// The account that [`Sandbox::save`] wrote. Open transactions and sessions are gone, as after a
    /// restart; everything committed is there. Generated files are registered again by whoever made them;
    /// generated columns ask `makers` for theirs.
    ///
    /// # Errors
    /// Bytes of another version, broken bytes, a block that `blocks` does not give, or an unknown maker.
    pub fn load(manifest: &[u8], blocks: ReadBlock<'_>, makers: Makers) -> Result<Self, LoadError> {
        let broken = |what: &str| LoadError::Broken(what.to_owned());
        let (format, rest) = manifest.split_first_chunk::<4>().ok_or_else(|| broken("too short"))?;
        let format = u32::from_le_bytes(*format);
        if format > FORMAT {
            return Err(LoadError::Newer { format });
        }
        if format < FORMAT {
            return Err(LoadError::Older { format });
        }
        let written: Written =
            postcard::from_bytes(rest).map_err(|error| LoadError::Broken(error.to_string()))?;
        let mut filling = Filling { blocks, makers, generated: SortedMap::new(), read: SortedMap::new() };
        let mut stations = SortedMap::new();
        for mut warehouse in written.warehouses {
            filling.fill(Arc::make_mut(&mut warehouse.committed))?;
            stations.insert(warehouse.id, Station::quiet(warehouse));
        }
        let mut account = written.account;
        for number in account.vault.numbers() {
            let block = KEPT | number;
            let bytes = (filling.blocks)(block).ok_or(LoadError::BlockMissing { block })?;
            let mut manifest: Manifest =
                postcard::from_bytes(&bytes).map_err(|error| LoadError::Broken(error.to_string()))?;
            filling.fill(&mut manifest)?;
            Arc::make_mut(&mut account).vault.fill(number, manifest);
        }
        let blocks = filling.blocks;
        if !Arc::make_mut(&mut account).fill(&mut |number| blocks(OBJECT | number).map(Into::into)) {
            return Err(broken("an object's bytes are missing"));
        }
        let mut disk = Disk::seeded(written.seed);
        for pieces in written.files.chunk_by(|(one, _), (other, _)| one == other) {
            let mut bytes = Vec::with_capacity(pieces.len());
            for (_, block) in pieces {
                let piece = blocks(*block).ok_or(LoadError::BlockMissing { block: *block })?;
                bytes.push(Arc::<[u8]>::from(piece).into());
            }
            if let Some((path, _)) = pieces.first() {
                disk.write(path, Pieces::of(bytes));
            }
        }
        let mut sandbox = Sandbox {
            clock: written.clock,
            warehouse: fleet::nothing(),
            elsewhere: stations,
            happened: Vec::new(),
            account,
            disk,
            sessions: SortedMap::new(),
            deeds: Default::default(),
            given_up: Vec::new(),
            inflight: SortedMap::new(),
            next_session: written.next_session,
            seed: written.seed,
            memory_limit: DEFAULT_LIMIT,
            extensions: crate::extension::Extensions::default(),
            patience: u64::MAX,
            acting: None,
        };
        sandbox.select(written.present);
        Ok(sandbox)
    }
}

/// Gives manifests that were read their blocks back. What several hold is read once.
struct Filling<'a> {
    blocks: ReadBlock<'a>,
    makers: Makers,
    generated: SortedMap<Recipe, Arc<Generated>>,
    read: SortedMap<u64, ArrayRef>,
}

impl Filling<'_> {
    fn fill(&mut self, manifest: &mut Manifest) -> Result<(), LoadError> {
        for database in manifest.catalog.databases.values_mut() {
            for relation in Arc::make_mut(database).relations.values_mut() {
                let RelationKind::Table(table) = &mut Arc::make_mut(relation).kind else { continue };
                let mut previous: Vec<Option<ArrayRef>> = Vec::new();
                for stored in &mut table.data.segments {
                    previous.resize(stored.segment.columns.len(), None);
                    for (block, previous) in stored.segment.columns.iter_mut().zip(&mut previous) {
                        self.fill_block(block, previous)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn fill_block(&mut self, block: &mut Block, previous: &mut Option<ArrayRef>) -> Result<(), LoadError> {
        if let Some(recipe) = block.recipe() {
            let Some(maker) = (self.makers)(recipe.maker) else {
                let what = format!("nothing makes columns of kind {}", recipe.maker);
                return Err(LoadError::Broken(what));
            };
            let column = self.generated.entry(recipe);
            block.link(column.or_insert_with(|| Arc::new(Generated::new(maker, recipe.seed))));
            return Ok(());
        }
        let data = match self.read.get(&block.id) {
            Some(data) => data.clone(),
            None => {
                let bytes = (self.blocks)(block.id).ok_or(LoadError::BlockMissing { block: block.id })?;
                let data = codec::decode(&bytes)
                    .ok_or_else(|| LoadError::Broken(format!("block {} does not decode", block.id)))?;
                let data = dictionary::share(data, previous.as_ref());
                self.read.insert(block.id, data.clone());
                data
            }
        };
        *previous = Some(data.slice(0, 1.min(data.len())));
        block.fill(data);
        Ok(())
    }
}

/// FNV-1a: enough to tell contents apart, the same on every machine.
fn fingerprint(bytes: &Pieces) -> u64 {
    bytes
        .iter()
        .flat_map(|piece| piece.iter())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
