//! Orders found in steps agree with orders found at once.

use std::sync::Arc;

use arrow::array::{Array, Decimal128Array, Int64Array, StringArray};

use super::*;
use crate::sql::execute::sorting::sorted_rows;
use crate::sql::outcome::Batch;

fn by(column: usize, descending: bool, nulls_first: bool) -> SortBy {
    SortBy { column, descending, nulls_first }
}

fn numbers(rows: i64, value: impl Fn(i64) -> Option<i64>) -> ArrayRef {
    Arc::new((0..rows).map(value).collect::<Int64Array>())
}

/// Sorted in steps as by comparing, with partitions and peers where keys change.
fn agrees(columns: Vec<ArrayRef>, keys: Vec<SortBy>, partition_keys: usize) {
    let rows = columns[0].len();
    let chunks = Chunks::of(Batch { columns, rows }).unwrap();
    let mut sorter = Sorter::new(keys.clone(), partition_keys, true);
    while let Some(worked) = sorter.step(&chunks).unwrap() {
        assert!(worked <= STEP_ROWS + SORT_WEIGHT * SMALL, "{worked} rows in one step");
    }
    let sorted = sorter.finish();
    let order_of = |keys: &[SortBy], a: u32, b: u32| {
        let each = keys.iter().map(|key| {
            let (left, right) = (chunks.cell(key.column, a).unwrap(), chunks.cell(key.column, b).unwrap());
            match (left.0.is_null(left.1), right.0.is_null(right.1)) {
                (true, true) => Ordering::Equal,
                (true, false) => {
                    if key.nulls_first {
                        Ordering::Less
                    } else {
                        Ordering::Greater
                    }
                }
                (false, true) => {
                    if key.nulls_first {
                        Ordering::Greater
                    } else {
                        Ordering::Less
                    }
                }
                (false, false) if key.descending => compare_cells(right.0, right.1, left.0, left.1),
                (false, false) => compare_cells(left.0, left.1, right.0, right.1),
            }
        });
        each.fold(Ordering::Equal, Ordering::then)
    };
    let mut expected: Vec<u32> = (0..rows as u32).collect();
    expected.sort_by(|a, b| order_of(&keys, *a, *b));
    assert!(sorted.rows == expected);
    let starts = |keys: &[SortBy]| -> Vec<u32> {
        (0..rows)
            .filter(|&at| at == 0 || order_of(keys, expected[at - 1], expected[at]).is_ne())
            .map(|at| at as u32)
            .collect()
    };
    assert!(sorted.partitions == starts(&keys[..partition_keys]));
    assert!(sorted.peers == starts(&keys));
}

#[test]
fn numbers_in_partitions() {
    let first = numbers(100_000, |n| (n % 11 != 0).then_some(n * 7_919 % 3));
    let second = numbers(100_000, |n| (n % 13 != 0).then_some(n * 104_729 % 90_001 * (1 << 40)));
    agrees(vec![first.clone(), second.clone()], vec![by(0, false, false), by(1, true, true)], 1);
    agrees(vec![second, first], vec![by(1, true, true), by(0, false, false)], 1);
}

#[test]
fn what_lies_in_order_and_what_is_all_alike() {
    agrees(vec![numbers(70_000, |n| Some(n / 3))], vec![by(0, false, false)], 0);
    agrees(vec![numbers(70_000, |n| Some(n / 3))], vec![by(0, true, false)], 1);
    agrees(vec![numbers(9_000, |_| None)], vec![by(0, true, false)], 1);
    agrees(vec![numbers(9_000, |_| Some(4))], vec![], 0);
    agrees(vec![numbers(3, |n| Some(-n))], vec![by(0, false, false)], 0);
}

#[test]
fn long_texts_with_one_beginning() {
    let text = |n: i64| {
        (n % 17 != 0)
            .then(|| format!("all of these begin alike {:>7}{}", n * 7_919 % 900, " ".repeat(n as usize % 3)))
    };
    let texts: ArrayRef = Arc::new((0..60_000).map(text).collect::<StringArray>());
    let second = numbers(60_000, |n| Some(n % 4));
    agrees(vec![texts.clone(), second.clone()], vec![by(0, false, false), by(1, true, false)], 1);
    agrees(vec![texts, second], vec![by(1, false, false), by(0, true, true)], 1);
    let same: ArrayRef = Arc::new(
        (0..6_000)
            .map(|n| Some(if n % 2 == 0 { "just this text" } else { "just this text\0" }))
            .collect::<StringArray>(),
    );
    agrees(vec![same], vec![by(0, false, false)], 0);
}

#[test]
fn decimals_beyond_64_bits() {
    let wide = |n: i64| Some(i128::from(n * 7_919 % 501 - 250) << (n % 3 * 40));
    let decimals: ArrayRef = Arc::new((0..50_000).map(wide).collect::<Decimal128Array>());
    agrees(vec![decimals.clone()], vec![by(0, false, false)], 0);
    agrees(vec![decimals], vec![by(0, true, false)], 1);
}

#[test]
fn a_short_way_for_a_few_columns() {
    let texts: ArrayRef =
        Arc::new(StringArray::from(vec!["b", "longprefix2", "B ", "longprefix1", "B", "가"]));
    assert_eq!(sorted_rows(vec![texts], 6, vec![by(0, false, false)]).unwrap(), [2, 4, 0, 3, 1, 5]);
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(3), None, Some(-1), Some(3)]));
    assert_eq!(sorted_rows(vec![numbers.clone()], 4, vec![by(0, false, false)]).unwrap(), [2, 0, 3, 1]);
    assert_eq!(sorted_rows(vec![numbers], 4, vec![by(0, true, true)]).unwrap(), [1, 0, 3, 2]);
}
