//! A column while an expression is computed: rows, or one value that stands for all of them.

use arrow::array::{Array, ArrayRef};

use super::array::repeat;

#[derive(Clone, Debug)]
pub enum Column {
    Rows(ArrayRef),
    /// An array of one value.
    Constant(ArrayRef),
}

impl Column {
    pub fn array(&self) -> &ArrayRef {
        match self {
            Column::Rows(array) | Column::Constant(array) => array,
        }
    }

    pub fn is_constant(&self) -> bool {
        matches!(self, Column::Constant(_))
    }

    pub fn is_null_constant(&self) -> bool {
        matches!(self, Column::Constant(array) if array.is_null(0))
    }

    /// Where a row's value lies in the array.
    pub fn index(&self, row: usize) -> usize {
        match self {
            Column::Rows(_) => row,
            Column::Constant(_) => 0,
        }
    }

    pub fn is_null(&self, row: usize) -> bool {
        self.array().is_null(self.index(row))
    }

    /// One value a row.
    pub fn into_rows(self, rows: usize) -> ArrayRef {
        match self {
            Column::Rows(array) => array,
            Column::Constant(array) => repeat(&array, rows),
        }
    }

    /// A constant's value seen as a column of one row.
    pub fn into_constant_rows(self) -> Column {
        match self {
            Column::Rows(array) | Column::Constant(array) => Column::Rows(array),
        }
    }

    /// The same shape around another array.
    pub fn with(&self, array: ArrayRef) -> Column {
        match self {
            Column::Rows(_) => Column::Rows(array),
            Column::Constant(_) => Column::Constant(array),
        }
    }
}
