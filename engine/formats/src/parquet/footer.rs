//! The end of a file: its columns, row groups, and where their bytes are.

use sandshift_extension::formats::{Bound, Chunk, Ending, Field, Footer, Group, Kind, MAGIC};

use super::schema::{Leaf, Node, Physical, columns, damaged};
use super::thrift::{Thrift, structure};
use super::values;
use crate::Result;

/// What the last bytes of a file of `size` bytes tell.
pub fn ending(size: u64, tail: &[u8]) -> Result<Ending> {
    let not_parquet = || "not a Parquet file: expected magic number PAR1 at its end".to_owned();
    if size < 12 {
        return Err(not_parquet());
    }
    let Some((rest, end)) = tail.split_last_chunk::<8>() else { return Ok(Ending::More(size.min(65_536))) };
    if &end[4..] == b"PARE" {
        return Err("encrypted Parquet files are not read".to_owned());
    }
    if &end[4..] != MAGIC {
        return Err(not_parquet());
    }
    let length = u64::from(u32::from_le_bytes([end[0], end[1], end[2], end[3]]));
    if length + 12 > size {
        return Err(damaged());
    }
    let Some(start) = (rest.len() as u64).checked_sub(length) else { return Ok(Ending::More(length + 8)) };
    read(&rest[start as usize..]).map(Ending::Footer)
}

/// A file's metadata, read.
pub fn metadata(raw: &[u8]) -> Result<(Thrift<'_>, Vec<Node>)> {
    let (data, _) = structure(raw).ok_or_else(damaged)?;
    let columns = columns(data.list(2))?;
    Ok((data, columns))
}

fn read(raw: &[u8]) -> Result<Footer> {
    let (data, nodes) = metadata(raw)?;
    let mut groups = Vec::new();
    for group in data.list(4) {
        let mut chunks = Vec::new();
        for node in &nodes {
            let mut leaves = Vec::new();
            node.leaves(&mut leaves);
            let mut ranges = Vec::new();
            let mut found = (None, None, None);
            for (_, leaf) in &leaves {
                let about =
                    group.list(1).get(leaf.index).and_then(|chunk| chunk.field(3)).ok_or_else(damaged)?;
                ranges.push(range(about).ok_or_else(damaged)?);
                if leaves.len() == 1 && node.kind() != Kind::Nested {
                    found = bounds(about, leaf);
                }
            }
            let (least, greatest, nulls) = found;
            chunks.push(Chunk { ranges, least, greatest, nulls });
        }
        groups.push(Group {
            rows: group.int(3).and_then(|rows| u64::try_from(rows).ok()).ok_or_else(damaged)?,
            chunks,
        });
    }
    let fields = nodes.iter().map(|node| Field {
        name: node.name.clone(),
        kind: node.kind(),
        optional: node.optional || node.repeated,
        printed: node.printed(),
    });
    Ok(Footer {
        rows: data.int(3).unwrap_or(0).max(0) as u64,
        fields: fields.collect(),
        groups,
        raw: raw.to_vec(),
    })
}

/// Where the bytes of a chunk are.
fn range(about: &Thrift<'_>) -> Option<(u64, u64)> {
    let data = about.int(9)?;
    let start = about.int(11).filter(|at| *at > 0 && *at < data).unwrap_or(data);
    Some((u64::try_from(start).ok()?, u64::try_from(about.int(7)?).ok()?))
}

/// The statistics of a chunk, where they can be trusted.
fn bounds(about: &Thrift<'_>, leaf: &Leaf) -> (Option<Bound>, Option<Bound>, Option<u64>) {
    let Some(statistics) = about.field(12) else { return (None, None, None) };
    // The old fields are right for signed numbers only.
    let old = |number| statistics.bytes(number).filter(|_| !matches!(leaf.kind, Kind::Text | Kind::Binary));
    let least = statistics.bytes(6).or_else(|| old(2));
    let greatest = statistics.bytes(5).or_else(|| old(1));
    let bound = |bytes: Option<&[u8]>| -> Option<Bound> {
        let bytes = bytes?;
        Some(match (leaf.kind, leaf.physical) {
            (Kind::Text | Kind::Binary, _) => Bound::Text(bytes.to_vec()),
            (Kind::Float, _) => Bound::Number(f64::from(f32::from_le_bytes(bytes.try_into().ok()?))),
            (Kind::Double, _) => Bound::Number(f64::from_le_bytes(bytes.try_into().ok()?)),
            (Kind::Integer { signed: true, .. } | Kind::Date, Physical::Int32) => {
                Bound::Integer(i64::from(i32::from_le_bytes(bytes.try_into().ok()?)))
            }
            (Kind::Integer { signed: true, .. }, Physical::Int64) => {
                Bound::Integer(i64::from_le_bytes(bytes.try_into().ok()?))
            }
            (Kind::Timestamp { .. } | Kind::Time, Physical::Int64) => {
                Bound::Integer(values::scaled(i64::from_le_bytes(bytes.try_into().ok()?), leaf.scale))
            }
            _ => return None,
        })
    };
    (bound(least), bound(greatest), statistics.int(3).and_then(|nulls| u64::try_from(nulls).ok()))
}
