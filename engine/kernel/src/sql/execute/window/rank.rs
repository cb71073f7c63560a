//! Window functions that depend on a row's place alone: numbers, ranks and tiles.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array};

use super::span::spans;
use super::value::whole_at;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::array::array_of;
use crate::sql::execute::chunks::Chunks;
use crate::sql::execute::sorter::Sorted;
use crate::sql::plan::{WindowCall, WindowFunction};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub fn row_number(call: &WindowCall, sorted: &Sorted, piece: Range<usize>) -> ArrayRef {
    let mut numbers = Vec::with_capacity(piece.len());
    for span in spans(&sorted.partitions, sorted.rows.len(), piece) {
        numbers.extend(span.part.map(|position| (position - span.whole.start) as i64 + 1));
    }
    whole_numbers(numbers, call.data_type)
}

/// RANK, DENSE_RANK, PERCENT_RANK and CUME_DIST.
pub fn rank(call: &WindowCall, sorted: &Sorted, piece: Range<usize>) -> ArrayRef {
    let rows = sorted.rows.len();
    let (mut numbers, mut shares) = (Vec::with_capacity(piece.len()), Vec::new());
    for partition in spans(&sorted.partitions, rows, piece) {
        let first = sorted.peers.partition_point(|&start| (start as usize) < partition.whole.start);
        for peers in spans(&sorted.peers, rows, partition.part.clone()) {
            let before = peers.whole.start - partition.whole.start;
            let times = peers.part.len();
            let share = |rows: usize, of: usize| if of == 0 { 0.0 } else { rows as f64 / of as f64 };
            match call.function {
                WindowFunction::Rank => numbers.extend(std::iter::repeat_n(before as i64 + 1, times)),
                WindowFunction::DenseRank => {
                    numbers.extend(std::iter::repeat_n((peers.number - first) as i64 + 1, times));
                }
                WindowFunction::PercentRank => {
                    shares.extend(std::iter::repeat_n(share(before, partition.whole.len() - 1), times));
                }
                _ => {
                    let upto = peers.whole.end - partition.whole.start;
                    shares.extend(std::iter::repeat_n(share(upto, partition.whole.len()), times));
                }
            }
        }
    }
    if shares.is_empty() {
        whole_numbers(numbers, call.data_type)
    } else {
        Arc::new(Float64Array::from(shares))
    }
}

pub fn ntile(
    call: &WindowCall,
    column: usize,
    chunks: &Chunks,
    sorted: &Sorted,
    piece: Range<usize>,
) -> SqlResult<ArrayRef> {
    let mut tiles = Vec::with_capacity(piece.len());
    for span in spans(&sorted.partitions, sorted.rows.len(), piece) {
        let wanted = whole_at(call, 0, chunks.cell(column, sorted.rows[span.whole.start])?).unwrap_or(0);
        if wanted <= 0 {
            return Err(SqlError::product("22014", "argument of ntile must be greater than zero"));
        }
        // The first `larger` tiles have one row more.
        let (size, larger) = (span.whole.len() as i64 / wanted, span.whole.len() as i64 % wanted);
        let in_larger = larger * (size + 1);
        tiles.extend(span.part.map(|position| {
            let at = (position - span.whole.start) as i64;
            if at < in_larger { at / (size + 1) + 1 } else { larger + (at - in_larger) / size.max(1) + 1 }
        }));
    }
    Ok(whole_numbers(tiles, call.data_type))
}

fn whole_numbers(values: Vec<i64>, data_type: DataType) -> ArrayRef {
    match data_type {
        DataType::BigInt => Arc::new(Int64Array::from(values)),
        other => array_of(&values.into_iter().map(Value::BigInt).collect::<Vec<_>>(), other),
    }
}
