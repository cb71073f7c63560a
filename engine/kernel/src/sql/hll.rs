//! HLLSKETCH values: HyperLogLog with 32,768 registers (`logm` 15), about 0.6 % error, as JSON text.
//!
//! Few values are a list of the registers they touched, many a row of all registers in hexadecimal digits. The
//! product writes its dense form in Base64; how it lays the registers out is not documented (unconfirmed).

use crate::sorted::SortedMap;

const BITS: u32 = 15;
const REGISTERS: usize = 1 << BITS;
/// Registers touched before a sketch is kept whole.
const SPARSE: usize = REGISTERS / 8;

/// Which registers were touched, and how far.
#[derive(Clone, Debug, PartialEq)]
pub enum Sketch {
    Sparse(SortedMap<u16, u8>),
    Dense(Vec<u8>),
}

impl Default for Sketch {
    fn default() -> Self {
        Sketch::Sparse(SortedMap::new())
    }
}

impl Sketch {
    /// Takes a value by its hash.
    pub fn add(&mut self, hash: u64) {
        let register = (hash >> (64 - BITS)) as u16;
        self.raise(register, ((hash << BITS) | (1 << (BITS - 1))).leading_zeros() as u8 + 1);
    }

    fn raise(&mut self, register: u16, rank: u8) {
        match self {
            Sketch::Sparse(touched) => {
                let known = touched.entry(register).or_default();
                *known = rank.max(*known);
                if touched.len() > SPARSE {
                    let mut all = vec![0; REGISTERS];
                    touched.iter().for_each(|(register, rank)| all[usize::from(*register)] = *rank);
                    *self = Sketch::Dense(all);
                }
            }
            Sketch::Dense(all) => {
                let known = &mut all[usize::from(register)];
                *known = rank.max(*known);
            }
        }
    }

    /// What a sketch of both's values would be.
    pub fn merge(&mut self, other: &Sketch) {
        match other {
            Sketch::Sparse(touched) => {
                touched.iter().for_each(|(register, rank)| self.raise(*register, *rank))
            }
            Sketch::Dense(all) => {
                let ranks = all.iter().enumerate().filter(|(_, rank)| **rank > 0);
                ranks.for_each(|(register, rank)| self.raise(register as u16, *rank));
            }
        }
    }

    /// How many distinct values were taken, near enough.
    pub fn cardinality(&self) -> i64 {
        let (touched, harmonic): (usize, f64) = match self {
            Sketch::Sparse(touched) => (touched.len(), touched.values().map(|rank| weight(*rank)).sum()),
            Sketch::Dense(all) => {
                let ranks = all.iter().filter(|rank| **rank > 0);
                (ranks.clone().count(), ranks.map(|rank| weight(*rank)).sum())
            }
        };
        let (size, empty) = (REGISTERS as f64, (REGISTERS - touched) as f64);
        let raw = 0.7213 / (1.0 + 1.079 / size) * size * size / (harmonic + empty);
        if raw <= 2.5 * size && touched < REGISTERS {
            return (size * (size / empty).ln()).round() as i64;
        }
        raw.round() as i64
    }

    /// Bytes held.
    pub fn bytes(&self) -> u64 {
        match self {
            Sketch::Sparse(touched) => 24 + 8 * touched.len() as u64,
            Sketch::Dense(all) => 24 + all.len() as u64,
        }
    }

    /// As a value.
    pub fn write(&self, out: &mut String) {
        out.push_str("{\"version\":1,\"logm\":15,");
        match self {
            Sketch::Sparse(touched) => {
                let list = |numbers: Vec<String>| numbers.join(",");
                let indices = list(touched.keys().map(u16::to_string).collect());
                let values = list(touched.values().map(u8::to_string).collect());
                out.push_str(&format!("\"sparse\":{{\"indices\":[{indices}],\"values\":[{values}]}}}}"));
            }
            Sketch::Dense(all) => {
                out.push_str("\"dense\":\"");
                all.iter().for_each(|rank| out.push_str(&format!("{rank:02x}")));
                out.push_str("\"}");
            }
        }
    }

    /// A sketch from its value; `None` where the text is none.
    pub fn read(text: &str) -> Option<Sketch> {
        let document: serde_json::Value = serde_json::from_str(text).ok()?;
        (document.get("logm")? == BITS).then_some(())?;
        let mut sketch = Sketch::default();
        if let Some(digits) = document.get("dense") {
            let digits = digits.as_str()?;
            for (register, pair) in digits.as_bytes().chunks(2).enumerate().take(REGISTERS) {
                let rank = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
                if rank > 0 {
                    sketch.raise(register as u16, rank);
                }
            }
            return Some(sketch);
        }
        let sparse = document.get("sparse")?;
        let (indices, values) = (sparse.get("indices")?.as_array()?, sparse.get("values")?.as_array()?);
        for (index, value) in indices.iter().zip(values) {
            let register = u16::try_from(index.as_u64()?).ok().filter(|at| usize::from(*at) < REGISTERS)?;
            sketch.raise(register, u8::try_from(value.as_u64()?).ok()?);
        }
        Some(sketch)
    }
}

fn weight(rank: u8) -> f64 {
    0.5_f64.powi(i32::from(rank))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: std::ops::Range<u64>) -> Sketch {
        let mut sketch = Sketch::default();
        for value in values {
            let mixed = (value ^ 0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            sketch.add(mixed ^ (mixed >> 31));
        }
        sketch
    }

    #[test]
    fn estimates_merge_and_read_back() {
        for count in [0, 10, 5_000, 200_000] {
            let sketch = of(0..count);
            let error = (sketch.cardinality() - count as i64).abs() as f64;
            assert!(error <= 0.03 * count as f64, "{} for {count}", sketch.cardinality());
            let mut text = String::new();
            sketch.write(&mut text);
            assert_eq!(Sketch::read(&text), Some(sketch));
        }
        let mut both = of(0..3_000);
        both.merge(&of(2_000..6_000));
        assert_eq!(both, of(0..6_000));
        assert_eq!(Sketch::read("{}"), None);
    }
}
