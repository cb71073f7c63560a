//! The generator behind `random()`: the additive feedback generator of the GNU C library.
//!
//! The leader node's `random()` is that library's (fact sheet, section 6.8): `SET SEED TO .25` gives the same
//! numbers here as there.

/// Words of the ring; the recurrence looks back 3 and 31 places.
const RING: usize = 34;
/// Numbers thrown away after seeding.
const WARM_UP: usize = 310;

/// The state of `random()`: the generator the real product's leader node shows, seeded per session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RandomState {
    pub words: [i32; 34],
    pub position: usize,
}

impl RandomState {
    /// The state after `SET SEED TO seed`; `seed` is between -1 and 1.
    pub fn seeded(seed: f64) -> RandomState {
        let word = (seed * f64::from(i32::MAX)) as i32;
        let mut words = [0_i32; RING];
        words[0] = if word == 0 { 1 } else { word };
        for index in 1..31 {
            let next = 16_807 * i64::from(words[index - 1]) % 2_147_483_647;
            words[index] = (if next < 0 { next + 2_147_483_647 } else { next }) as i32;
        }
        for index in 31..RING {
            words[index] = words[index - 31];
        }
        let mut state = RandomState { words, position: 0 };
        for _ in 0..WARM_UP {
            state.next_word();
        }
        state
    }

    /// The next number, at least 0 and less than 1.
    pub fn next_double(&mut self) -> f64 {
        f64::from(self.next_word()) / 2_147_483_648.0
    }

    /// 31 random bits.
    fn next_word(&mut self) -> u32 {
        let at = self.position % RING;
        let word = self.words[(at + RING - 31) % RING].wrapping_add(self.words[(at + RING - 3) % RING]);
        self.words[at] = word;
        self.position = (at + 1) % RING;
        (word as u32) >> 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_of_the_guide_gives_the_guide_s_numbers() {
        let mut state = RandomState::seeded(0.25);
        let drawn: Vec<String> = (0..3).map(|_| format!("{:.4}", state.next_double() * 100.0)).collect();
        assert_eq!(drawn, ["20.7631", "79.0252", "12.2192"]);
        assert_ne!(RandomState::seeded(-0.5).next_double(), RandomState::seeded(0.5).next_double());
    }
}
