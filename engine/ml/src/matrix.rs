//! What learners read: features as numbers, where a category is stored once and not as a row of zeros.

/// One encoded column.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    /// One feature; what is missing is not a number.
    Dense(Vec<f64>),
    /// `width` features of which at most one is 1: the code says which, `width` none.
    Choice { codes: Vec<u16>, width: u16 },
}

impl Block {
    pub fn width(&self) -> usize {
        match self {
            Block::Dense(_) => 1,
            Block::Choice { width, .. } => usize::from(*width),
        }
    }
}

/// A feature's name, and the column it was made of (none: of several).
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Feature {
    pub name: String,
    pub source: Option<u16>,
}

#[derive(Clone, Debug)]
pub struct Matrix {
    pub(crate) rows: usize,
    pub(crate) width: usize,
    pub(crate) blocks: Vec<Block>,
}

impl Matrix {
    pub(crate) fn new(rows: usize, blocks: Vec<Block>) -> Self {
        Matrix { rows, width: blocks.iter().map(Block::width).sum(), blocks }
    }

    /// All features of a row.
    pub(crate) fn expand(&self, row: usize, out: &mut Vec<f64>) {
        out.clear();
        for block in &self.blocks {
            match block {
                Block::Dense(values) => out.push(values[row]),
                Block::Choice { codes, width } => {
                    let from = out.len();
                    out.resize(from + usize::from(*width), 0.0);
                    if codes[row] < *width {
                        out[from + usize::from(codes[row])] = 1.0;
                    }
                }
            }
        }
    }

    /// The features of a row that are not 0.
    pub(crate) fn active(&self, row: usize, out: &mut Vec<(u32, f64)>) {
        out.clear();
        let mut feature = 0;
        for block in &self.blocks {
            match block {
                Block::Dense(values) if values[row] != 0.0 => out.push((feature, values[row])),
                Block::Choice { codes, width } if codes[row] < *width => {
                    out.push((feature + u32::from(codes[row]), 1.0));
                }
                _ => {}
            }
            feature += block.width() as u32;
        }
    }

    /// How many numbers one pass over it touches.
    pub(crate) fn cost(&self) -> usize {
        self.rows * self.blocks.len().max(1)
    }
}
