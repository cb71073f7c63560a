//! Random decisions that can be told again: a generator asks for small numbers, and what it was given is a list that
//! replays it. A shorter list with smaller numbers is a smaller case, so that one shrinker serves every generator.

/// The decisions of one case: drawn from a seed and written down, or read from a list.
pub struct Choices {
    taken: Vec<u32>,
    source: Source,
}

enum Source {
    Seed(u64),
    /// Past its end every decision is 0, which generators keep for their simplest answer.
    List(Vec<u32>),
}

impl Choices {
    pub fn drawn(seed: u64) -> Self {
        Choices { taken: Vec::new(), source: Source::Seed(seed) }
    }

    pub fn told(list: Vec<u32>) -> Self {
        Choices { taken: Vec::new(), source: Source::List(list) }
    }

    /// A number below `bound`, which is at least 1.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u32::try_from(bound.max(1)).unwrap_or(u32::MAX);
        let choice = match &mut self.source {
            Source::Seed(state) => (mixed(state) % u64::from(bound)) as u32,
            Source::List(list) => list.get(self.taken.len()).copied().unwrap_or(0).min(bound - 1),
        };
        self.taken.push(choice);
        choice as usize
    }

    /// Whether a thing with `percent` chances in a hundred happens; never when a list has ended.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    pub fn of<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    pub fn one<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    pub fn into_list(self) -> Vec<u32> {
        self.taken
    }
}

/// SplitMix64: the next number of a state.
pub fn mixed(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The seed of case `number` of a run.
pub fn case_seed(seed: u64, number: u64) -> u64 {
    let mut state = seed ^ number.wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed(&mut state)
}

/// A smaller list that still fails, after at most `tries` looks.
pub fn shrink(list: Vec<u32>, mut tries: usize, mut fails: impl FnMut(&[u32]) -> bool) -> Vec<u32> {
    let mut best = list;
    loop {
        let before = best.clone();
        for width in [64, 16, 8, 4, 2, 1] {
            let mut at = best.len();
            while at > 0 && tries > 0 {
                at = at.saturating_sub(width);
                let end = (at + width).min(best.len());
                let mut without = best.clone();
                without.drain(at..end);
                let mut zeroed = best.clone();
                zeroed[at..end].fill(0);
                for candidate in [without, zeroed] {
                    if tries == 0 || candidate == best {
                        continue;
                    }
                    tries -= 1;
                    if fails(&candidate) {
                        best = candidate;
                        break;
                    }
                }
                at = at.min(best.len());
            }
        }
        for at in 0..best.len() {
            for smaller in [best[at] / 2, best[at].saturating_sub(1)] {
                if tries == 0 || smaller >= best[at] {
                    continue;
                }
                tries -= 1;
                let mut candidate = best.clone();
                candidate[at] = smaller;
                if fails(&candidate) {
                    best = candidate;
                }
            }
        }
        if best == before || tries == 0 {
            return best;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_told_list_answers_as_the_drawn_one_did() {
        let mut drawn = Choices::drawn(7);
        let first: Vec<usize> = (1..20).map(|bound| drawn.below(bound)).collect();
        let mut told = Choices::told(drawn.into_list());
        let second: Vec<usize> = (1..20).map(|bound| told.below(bound)).collect();
        assert_eq!(first, second);
        assert_eq!(told.below(9), 0);
    }

    #[test]
    fn shrinking_keeps_what_matters() {
        let list = vec![9, 3, 8, 7, 7, 2];
        assert_eq!(shrink(list, 1_000, |list| list.contains(&8)), [8]);
    }
}
