//! Generated problems that the learners are tried on: two classes, three classes, a number, clusters.

use sandshift_ml::{Column, Kind, Table};

/// Deterministic noise between 0 and 1, different for each row and stream.
pub fn noise(row: usize, stream: u64) -> f64 {
    let mut z = (row as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03);
    for _ in 0..2 {
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    }
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Three numbers, a colour, a date, and what follows from them.
pub fn features(rows: usize) -> Vec<Column> {
    let number = |name: &str, stream: u64| {
        Column::numbers(name, Kind::Number, (0..rows).map(|row| noise(row, stream) * 10.0).collect())
    };
    let colours = ["red", "green", "blue", "grey"];
    let colour = (0..rows).map(|row| Some(colours[(noise(row, 4) * 4.0) as usize]));
    let days = (0..rows).map(|row| 18_000.0 + (noise(row, 5) * 700.0).floor()).collect();
    vec![
        number("a", 1),
        number("b", 2),
        number("c", 3),
        Column::text("colour", colour),
        Column::numbers("day", Kind::Date, days),
    ]
}

/// What the target is made of.
pub fn signal(row: usize) -> f64 {
    let [a, b, c] = [1, 2, 3].map(|stream| noise(row, stream) * 10.0);
    let colour = if noise(row, 4) < 0.25 { 4.0 } else { 0.0 };
    a + colour + if b > 5.0 { c } else { 10.0 - c }
}

pub fn binary(rows: usize) -> Table {
    let mut columns = features(rows);
    let leaves = |row: usize| Some(if signal(row) + noise(row, 9) > 11.5 { "yes" } else { "no" });
    columns.push(Column::text("leaves", (0..rows).map(leaves)));
    Table::new(columns).unwrap()
}

pub fn multiclass(rows: usize) -> Table {
    let mut columns = features(rows);
    let class = |row: usize| match signal(row) + noise(row, 9) {
        low if low < 9.0 => "low",
        high if high > 13.0 => "top",
        _ => "mid",
    };
    columns.push(Column::text("class", (0..rows).map(|row| Some(class(row)))));
    Table::new(columns).unwrap()
}

pub fn regression(rows: usize) -> Table {
    let mut columns = features(rows);
    let price = (0..rows).map(|row| signal(row) + noise(row, 9)).collect();
    columns.push(Column::numbers("price", Kind::Number, price));
    Table::new(columns).unwrap()
}
