//! An order in which like functions are neighbours, so that a compressor says in fewer bits what they repeat.
//!
//! Recursive bisection, as linkers order functions for compressed apps (Dhulipala et al., "Compressing Graphs and
//! Indexes with Recursive Graph Bisection", KDD 2016): halves are exchanged with each other until what functions have
//! in common lies in one half as often as can be, then each half is divided likewise.

/// What two functions may have in common: runs of this many bytes.
const RUN: usize = 6;
/// One run in so many counts; as good as all of them, and quicker.
const SAMPLED: u64 = 2;
/// How often two halves exchange members at most.
const ROUNDS: usize = 20;
/// `order`, which says where each function of `bodies` is at first, rearranged.
pub fn arrange(order: &mut [usize], bodies: &[&[u8]]) {
    let features = features(bodies);
    bisect(order, &features);
}

/// The runs of each function that another has, too, as small numbers.
fn features(bodies: &[&[u8]]) -> Vec<Vec<u32>> {
    let mut all: Vec<(u64, usize)> = Vec::new();
    for (function, body) in bodies.iter().enumerate() {
        let mut runs: Vec<u64> = body.windows(RUN).map(hash).filter(|hash| hash % SAMPLED == 0).collect();
        runs.sort_unstable();
        runs.dedup();
        all.extend(runs.into_iter().map(|run| (run, function)));
    }
    all.sort_unstable();
    let mut features = vec![Vec::new(); bodies.len()];
    let shared = all.chunk_by(|one, other| one.0 == other.0).filter(|owners| owners.len() > 1);
    for (number, owners) in (0..).zip(shared) {
        for (_, function) in owners {
            features[*function].push(number);
        }
    }
    features
}

/// FNV-1a.
fn hash(run: &[u8]) -> u64 {
    let hash = run.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash ^ hash >> 29
}

fn bisect(order: &mut [usize], features: &[Vec<u32>]) {
    if order.len() <= 2 {
        return;
    }
    let middle = order.len() / 2;
    let mut halves = Halves::new(order, features);
    for _ in 0..ROUNDS {
        if !halves.exchange() {
            break;
        }
    }
    let (left, right): (Vec<usize>, Vec<usize>) =
        (0..order.len()).partition(|member| !halves.is_right[*member]);
    let arranged: Vec<usize> = left.into_iter().chain(right).map(|member| order[member]).collect();
    drop(halves);
    order.copy_from_slice(&arranged);
    let (left, right) = order.split_at_mut(middle);
    bisect(left, features);
    bisect(right, features);
}

struct Halves {
    /// Of each member, what it shares with another.
    features: Vec<Vec<u32>>,
    is_right: Vec<bool>,
    /// Of each feature, how many members of either half have it.
    counts: Vec<[u32; 2]>,
    logarithms: Vec<f64>,
}

impl Halves {
    fn new(order: &[usize], features: &[Vec<u32>]) -> Halves {
        let mut numbers: Vec<u32> = order.iter().flat_map(|function| &features[*function]).copied().collect();
        numbers.sort_unstable();
        let all = u32::try_from(order.len()).unwrap_or(u32::MAX);
        // What one has, or all have, pulls nobody anywhere.
        let tells = |owners: &[u32]| owners.len() > 1 && owners.len() < order.len();
        let numbers: Vec<u32> = numbers
            .chunk_by(|one, other| one == other)
            .filter(|owners| tells(owners))
            .map(|owners| owners[0])
            .collect();
        let number =
            |feature: &u32| numbers.binary_search(feature).ok().and_then(|at| u32::try_from(at).ok());
        let features: Vec<Vec<u32>> =
            order.iter().map(|function| features[*function].iter().filter_map(number).collect()).collect();
        let is_right: Vec<bool> = (0..order.len()).map(|member| member >= order.len() / 2).collect();
        let mut counts = vec![[0, 0]; numbers.len()];
        for (member, features) in features.iter().enumerate() {
            for feature in features {
                counts[*feature as usize][usize::from(is_right[member])] += 1;
            }
        }
        let logarithms = (0..all + 3).map(|count| f64::from(count + 1).log2()).collect();
        Halves { features, is_right, counts, logarithms }
    }

    /// What a feature costs that lies so often on either side.
    fn cost(&self, [left, right]: [u32; 2]) -> f64 {
        -(f64::from(left) * self.logarithms[left as usize]
            + f64::from(right) * self.logarithms[right as usize])
    }

    /// What would be gained if one owner of the feature went over from the left, or from the right.
    fn gain(&self, count: [u32; 2]) -> [f64; 2] {
        let [left, right] = count;
        let before = self.cost(count);
        let of_left = if left == 0 { 0. } else { before - self.cost([left - 1, right + 1]) };
        let of_right = if right == 0 { 0. } else { before - self.cost([left + 1, right - 1]) };
        [of_left, of_right]
    }

    /// Exchanges pairs of members as long as both together gain. Whether any did.
    fn exchange(&mut self) -> bool {
        let gains: Vec<[f64; 2]> = self.counts.iter().map(|count| self.gain(*count)).collect();
        let mut sides = [Vec::new(), Vec::new()];
        for (member, features) in self.features.iter().enumerate() {
            let side = usize::from(self.is_right[member]);
            let gain: f64 = features.iter().map(|feature| gains[*feature as usize][side]).sum();
            sides[side].push((gain, member));
        }
        for side in &mut sides {
            side.sort_by(|one, other| other.0.total_cmp(&one.0));
        }
        let [left, right] = sides;
        let mut moved = false;
        for ((estimate, one), (other_estimate, other)) in left.into_iter().zip(right) {
            if estimate + other_estimate <= 0. {
                break;
            }
            // Those before it have changed what it gains.
            let gain = self.gain_of(one);
            self.cross(one);
            if gain + self.gain_of(other) > 0. {
                self.cross(other);
                moved = true;
            } else {
                self.cross(one);
            }
        }
        moved
    }

    fn gain_of(&self, member: usize) -> f64 {
        let side = usize::from(self.is_right[member]);
        self.features[member].iter().map(|feature| self.gain(self.counts[*feature as usize])[side]).sum()
    }

    fn cross(&mut self, member: usize) {
        let from = usize::from(self.is_right[member]);
        for feature in &self.features[member] {
            let count = &mut self.counts[*feature as usize];
            count[from] -= 1;
            count[1 - from] += 1;
        }
        self.is_right[member] = from == 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_ones_become_neighbours() {
        let kind = |function: usize| (function * function / 5 + function / 3) % 4;
        let body =
            |function: usize| (0..40u8).map(|at| at * 5 + u8::try_from(kind(function)).unwrap()).collect();
        let bodies: Vec<Vec<u8>> = (0..64).map(body).collect();
        let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        let mut order: Vec<usize> = (0..64).collect();
        arrange(&mut order, &bodies);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..64).collect::<Vec<_>>());
        let changes = order.windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
        // 45 as they came.
        assert!(changes <= 15, "{changes}: {order:?}");
    }
}
