//! The rows of a training query, at most so many: past MAX_CELLS a random sample of them, as the product takes one.

use hashbrown::HashMap;
use sandshift_ml::{Column, Kind, MISSING, Values};

use super::columns::{kind_of, numbers};
use crate::sql::error::SqlResult;
use crate::sql::functions::column::Text;
use crate::sql::outcome::Batch;
use crate::warehouse::data_type::DataType;

pub struct Gathering {
    types: Vec<DataType>,
    columns: Vec<Column>,
    /// Of text columns: each word's code.
    known: Vec<HashMap<String, u32>>,
    most: u64,
    seen: u64,
    random: u64,
}

impl Gathering {
    pub fn new(names: &[String], types: &[DataType], most: u64, seed: u64) -> Gathering {
        let column = |(name, data_type): (&String, &DataType)| match kind_of(*data_type) {
            Some(Kind::Text) | None => Column::text(name, std::iter::empty()),
            Some(kind) => Column::numbers(name, kind, Vec::new()),
        };
        Gathering {
            columns: names.iter().zip(types).map(column).collect(),
            known: types.iter().map(|_| HashMap::new()).collect(),
            types: types.to_vec(),
            most: most.max(1),
            seen: 0,
            random: seed,
        }
    }

    pub fn rows(&self) -> u64 {
        self.seen.min(self.most)
    }

    /// Bytes held, about.
    pub fn bytes(&self) -> u64 {
        let of = |column: &Column| match &column.values {
            Values::Numbers(numbers) => numbers.len() as u64 * 8,
            Values::Words { codes, words } => {
                codes.len() as u64 * 4 + words.iter().map(|word| word.len() as u64 * 2 + 48).sum::<u64>()
            }
        };
        self.columns.iter().map(of).sum()
    }

    /// # Errors
    /// A column of an unknown layout.
    pub fn take(&mut self, batch: &Batch) -> SqlResult<()> {
        // Where each row goes: behind the others, in the place of another, or nowhere (Vitter's algorithm R).
        let places: Vec<Option<usize>> = (0..batch.rows).map(|_| self.place()).collect();
        for (at, array) in batch.columns.iter().enumerate() {
            let data_type = self.types[at];
            match &mut self.columns[at].values {
                Values::Numbers(kept) => {
                    for (value, place) in numbers(array, data_type, batch.rows).zip(&places) {
                        put(kept, *place, value);
                    }
                }
                Values::Words { codes, words } => {
                    let text = Text::of(array, data_type)?;
                    let known = &mut self.known[at];
                    for (row, place) in places.iter().enumerate() {
                        if place.is_none() {
                            continue;
                        }
                        let code = match text.get(row) {
                            None => MISSING,
                            Some(word) => match known.get(word) {
                                Some(code) => *code,
                                None => {
                                    let code = words.len() as u32;
                                    words.push(word.to_owned());
                                    known.insert(word.to_owned(), code);
                                    code
                                }
                            },
                        };
                        put(codes, *place, code);
                    }
                }
            }
        }
        Ok(())
    }

    fn place(&mut self) -> Option<usize> {
        let row = self.seen;
        self.seen += 1;
        if row < self.most {
            return Some(row as usize);
        }
        // SplitMix64.
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let drawn = (mixed ^ (mixed >> 31)) % self.seen;
        (drawn < self.most).then_some(drawn as usize)
    }

    pub fn finish(self) -> Vec<Column> {
        self.columns
    }
}

fn put<T>(kept: &mut Vec<T>, place: Option<usize>, value: T) {
    match place {
        Some(place) if place < kept.len() => kept[place] = value,
        Some(_) => kept.push(value),
        None => {}
    }
}

/// The rows as a CSV file with its header, as they are staged in S3.
pub fn csv(columns: &[Column]) -> Vec<u8> {
    let mut text = String::new();
    let line = |text: &mut String, cells: &mut dyn Iterator<Item = String>| {
        for (at, cell) in cells.enumerate() {
            if at > 0 {
                text.push(',');
            }
            match cell.contains([',', '"', '\n', '\r']) {
                true => text.push_str(&format!("\"{}\"", cell.replace('"', "\"\""))),
                false => text.push_str(&cell),
            }
        }
        text.push('\n');
    };
    line(&mut text, &mut columns.iter().map(|column| column.name.clone()));
    let rows = columns.first().map_or(0, Column::len);
    for row in 0..rows {
        line(&mut text, &mut columns.iter().map(|column| cell(column, row)));
    }
    text.into_bytes()
}

fn cell(column: &Column, row: usize) -> String {
    match &column.values {
        Values::Numbers(numbers) if numbers[row].is_nan() => String::new(),
        Values::Numbers(numbers) if column.kind == Kind::Boolean => {
            (if numbers[row] == 0.0 { "f" } else { "t" }).to_owned()
        }
        Values::Numbers(numbers) => numbers[row].to_string(),
        Values::Words { codes, words } => words.get(codes[row] as usize).cloned().unwrap_or_default(),
    }
}
