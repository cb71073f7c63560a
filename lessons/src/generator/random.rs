//! A small random generator whose numbers are the same everywhere (splitmix64).

/// 64 bits of state and two multiplications a number: drawing never shows in the cost of a table.
pub struct Random(u64);

impl Random {
    /// `stream` keeps draws for different purposes apart, so that a change to one leaves the others as they were.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut random = Random(seed ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03));
        random.bits();
        random
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 up to and without `bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        (((self.bits() >> 32) * u64::from(bound)) >> 32) as u32
    }

    /// From 0 up to and without 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u32 + 1) as usize;
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_seed_gives_the_same_numbers_everywhere() {
        let mut random = Random::new(1, 1);
        let drawn: Vec<u32> = (0..6).map(|_| random.below(100)).collect();
        let mut again = Random::new(1, 1);
        assert_eq!(drawn, (0..6).map(|_| again.below(100)).collect::<Vec<_>>());
        let mut other = Random::new(1, 2);
        assert_ne!(drawn, (0..6).map(|_| other.below(100)).collect::<Vec<_>>());
        assert!((0..1000).all(|_| (0.0..1.0).contains(&random.unit())));
    }
}
