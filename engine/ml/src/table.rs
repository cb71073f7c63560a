//! Rows to learn from or to predict, by column.

use crate::refusal::Refusal;

/// What a column was declared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Kind {
    Number,
    /// 0 and 1.
    Boolean,
    Text,
    /// Days since 1970-01-01.
    Date,
    /// Seconds since midnight.
    Time,
    /// Seconds since 1970-01-01.
    Timestamp,
}

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub enum Values {
    /// What is missing is not a number.
    Numbers(Vec<f64>),
    /// Codes into a list of different texts; what is missing is [`MISSING`].
    Words { codes: Vec<u32>, words: Vec<String> },
}

pub const MISSING: u32 = u32::MAX;

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    pub values: Values,
}

impl Column {
    pub fn numbers(name: &str, kind: Kind, numbers: Vec<f64>) -> Self {
        Column { name: name.to_owned(), kind, values: Values::Numbers(numbers) }
    }

    pub fn text<'a>(name: &str, texts: impl Iterator<Item = Option<&'a str>>) -> Self {
        let mut known = std::collections::BTreeMap::new();
        let mut words: Vec<String> = Vec::new();
        let mut code = |text: &str| -> u32 {
            if let Some(code) = known.get(text) {
                return *code;
            }
            let code = words.len() as u32;
            known.insert(text.to_owned(), code);
            words.push(text.to_owned());
            code
        };
        let codes = texts.map(|text| text.map_or(MISSING, &mut code)).collect();
        Column { name: name.to_owned(), kind: Kind::Text, values: Values::Words { codes, words } }
    }

    pub fn len(&self) -> usize {
        match &self.values {
            Values::Numbers(numbers) => numbers.len(),
            Values::Words { codes, .. } => codes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn take(&self, rows: &[u32]) -> Column {
        let values = match &self.values {
            Values::Numbers(numbers) => {
                Values::Numbers(rows.iter().map(|row| numbers[*row as usize]).collect())
            }
            Values::Words { codes, words } => Values::Words {
                codes: rows.iter().map(|row| codes[*row as usize]).collect(),
                words: words.clone(),
            },
        };
        Column { name: self.name.clone(), kind: self.kind, values }
    }

    pub(crate) fn is_missing(&self, row: usize) -> bool {
        match &self.values {
            Values::Numbers(numbers) => numbers[row].is_nan(),
            Values::Words { codes, .. } => codes[row] == MISSING,
        }
    }
}

/// Columns of equal length.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: usize,
}

impl Table {
    /// Without rows and columns.
    pub(crate) fn empty() -> Self {
        Table { columns: Vec::new(), rows: 0 }
    }

    /// # Errors
    /// Columns of different lengths.
    pub fn new(columns: Vec<Column>) -> Result<Self, Refusal> {
        let rows = columns.first().map_or(0, Column::len);
        match columns.iter().find(|column| column.len() != rows) {
            Some(column) => Err(Refusal::UnevenColumns { column: column.name.clone() }),
            None => Ok(Table { columns, rows }),
        }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Rows times columns: what the product charges for.
    pub fn cells(&self) -> usize {
        self.rows * self.columns.len()
    }

    pub fn take(&self, rows: &[u32]) -> Table {
        Table { columns: self.columns.iter().map(|column| column.take(rows)).collect(), rows: rows.len() }
    }

    /// The column of that name (as SQL compares names), and the others.
    ///
    /// # Errors
    /// No such column, or nothing but it.
    pub fn split(mut self, name: &str) -> Result<(Column, Table), Refusal> {
        let at = self.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
        let at = at.ok_or_else(|| Refusal::NoSuchColumn { column: name.to_owned() })?;
        let target = self.columns.remove(at);
        if self.columns.is_empty() { Err(Refusal::NoFeature) } else { Ok((target, self)) }
    }
}
