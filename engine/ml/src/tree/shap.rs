//! Exact Shapley values of a tree's answer (TreeSHAP, path-dependent: what a feature is worth is told by the rows the
//! tree was grown on, so no background rows are needed).

use super::forest::{Forest, Tree};

/// A feature on the way down: the shares of subsets that flow on without it and with it.
#[derive(Clone, Copy)]
struct Step {
    feature: u32,
    without: f64,
    with: f64,
    weight: f64,
}

/// No feature stands for the root.
const ROOT: u32 = u32::MAX;

impl Forest {
    /// What each feature adds to the score of `output`; with [`Forest::expected`] they add up to the score.
    pub fn contributions(&self, row: &[f64], output: usize, out: &mut [f64]) {
        out.fill(0.0);
        let mut walk = Walk { row, out, path: Vec::new() };
        for tree in self.of_output(output) {
            walk.path.clear();
            walk.descend(tree, 0, 0, Step { feature: ROOT, without: 1.0, with: 1.0, weight: 0.0 });
        }
    }

    /// The score of `output` where nothing is known of a row.
    pub fn expected(&self, output: usize) -> f64 {
        self.base + self.of_output(output).map(|tree| mean(tree, 0)).sum::<f64>()
    }

    fn of_output(&self, output: usize) -> impl Iterator<Item = &Tree> {
        self.trees.iter().skip(output).step_by(self.outputs.max(1) as usize)
    }
}

fn mean(tree: &Tree, at: usize) -> f64 {
    let node = &tree.nodes[at];
    if node.child == 0 {
        return node.value;
    }
    let [left, right] = [0, 1].map(|side| node.child as usize + side);
    let (a, b) = (tree.nodes[left].cover, tree.nodes[right].cover);
    (mean(tree, left) * a + mean(tree, right) * b) / (a + b)
}

struct Walk<'a> {
    row: &'a [f64],
    out: &'a mut [f64],
    /// The way's steps; each node works on a copy behind its parent's.
    path: Vec<Step>,
}

impl Walk<'_> {
    /// `from`: where the parent's steps begin.
    fn descend(&mut self, tree: &Tree, at: usize, from: usize, step: Step) {
        let start = self.path.len();
        self.path.extend_from_within(from..);
        extend(&mut self.path, start, step);
        let node = &tree.nodes[at];
        if node.child == 0 {
            let way = &self.path[start..];
            for at in 1..way.len() {
                let weight = unwound_sum(way, at);
                self.out[way[at].feature as usize] += weight * (way[at].with - way[at].without) * node.value;
            }
        } else {
            let hot = node.next(self.row) as usize;
            let child = node.child as usize;
            let cold = if hot == child { child + 1 } else { child };
            let (mut without, mut with) = (1.0, 1.0);
            // A feature met before is taken out of the way and put in anew.
            let met = self.path[start..].iter().position(|step| step.feature == node.feature);
            if let Some(met) = met {
                let step = self.path[start + met];
                (without, with) = (step.without, step.with);
                unwind(&mut self.path, start, met);
            }
            let cover = |at: usize| tree.nodes[at].cover / node.cover;
            let go = |at: usize, with: f64| Step {
                feature: node.feature,
                without: without * cover(at),
                with,
                weight: 0.0,
            };
            let end = self.path.len();
            self.descend(tree, hot, start, go(hot, with));
            self.path.truncate(end);
            self.descend(tree, cold, start, go(cold, 0.0));
        }
        self.path.truncate(start);
    }
}

fn extend(path: &mut Vec<Step>, start: usize, step: Step) {
    let length = path.len() - start;
    path.push(Step { weight: if length == 0 { 1.0 } else { 0.0 }, ..step });
    let whole = (length + 1) as f64;
    let way = &mut path[start..];
    for at in (0..length).rev() {
        way[at + 1].weight += step.with * way[at].weight * (at + 1) as f64 / whole;
        way[at].weight = step.without * way[at].weight * (length - at) as f64 / whole;
    }
}

fn unwind(path: &mut Vec<Step>, start: usize, at: usize) {
    let way = &mut path[start..];
    let last = way.len() - 1;
    let Step { without, with, .. } = way[at];
    let mut next = way[last].weight;
    let whole = (last + 1) as f64;
    for place in (0..last).rev() {
        if with != 0.0 {
            let kept = way[place].weight;
            way[place].weight = next * whole / ((place + 1) as f64 * with);
            next = kept - way[place].weight * without * (last - place) as f64 / whole;
        } else {
            way[place].weight = way[place].weight * whole / (without * (last - place) as f64);
        }
    }
    for place in at..last {
        let Step { feature, without, with, .. } = way[place + 1];
        way[place] = Step { feature, without, with, weight: way[place].weight };
    }
    path.pop();
}

/// The sum of weights once the step at `at` is taken out.
fn unwound_sum(way: &[Step], at: usize) -> f64 {
    let last = way.len() - 1;
    let Step { without, with, .. } = way[at];
    let whole = (last + 1) as f64;
    let mut next = way[last].weight;
    let mut sum = 0.0;
    for place in (0..last).rev() {
        if with != 0.0 {
            let weight = next * whole / ((place + 1) as f64 * with);
            sum += weight;
            next = way[place].weight - weight * without * (last - place) as f64 / whole;
        } else if without != 0.0 {
            sum += way[place].weight * whole / (without * (last - place) as f64);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::forest::Node;
    use super::super::loss::Loss;
    use super::*;

    fn inner(feature: u32, child: u32, cover: f64) -> Node {
        Node { feature, threshold: 0.5, child, ..Node::leaf(0.0, cover) }
    }

    /// Shapley values by their definition: over all subsets, what is unknown averaged by cover.
    fn by_definition(tree: &Tree, row: &[f64]) -> Vec<f64> {
        fn value(tree: &Tree, at: usize, row: &[f64], known: usize) -> f64 {
            let node = &tree.nodes[at];
            if node.child == 0 {
                return node.value;
            }
            if known >> node.feature & 1 == 1 {
                return value(tree, node.next(row) as usize, row, known);
            }
            [0, 1]
                .map(|side| node.child as usize + side)
                .iter()
                .fold(0.0, |sum, at| sum + value(tree, *at, row, known) * tree.nodes[*at].cover / node.cover)
        }
        let count = row.len();
        let factorial = |n: usize| (1..=n).map(|n| n as f64).product::<f64>();
        (0..count)
            .map(|feature| {
                (0..1_usize << count)
                    .filter(|known| known >> feature & 1 == 0)
                    .map(|known| {
                        let size = known.count_ones() as usize;
                        let weight = factorial(size) * factorial(count - size - 1) / factorial(count);
                        weight * (value(tree, 0, row, known | 1 << feature) - value(tree, 0, row, known))
                    })
                    .sum()
            })
            .collect()
    }

    #[test]
    fn they_are_those_of_the_definition() {
        let tree = Tree {
            nodes: vec![
                inner(0, 1, 10.0),
                inner(1, 3, 6.0),
                inner(2, 5, 4.0),
                Node::leaf(1.0, 2.0),
                inner(0, 7, 4.0),
                Node::leaf(-3.0, 1.0),
                Node::leaf(5.0, 3.0),
                Node::leaf(2.0, 3.0),
                Node::leaf(8.0, 1.0),
            ],
        };
        let forest = Forest {
            loss: Loss::SquaredError,
            base: 0.5,
            outputs: 1,
            trees: vec![tree.clone(), tree.clone()],
        };
        let mut found = [0.0; 3];
        for bits in 0..8 {
            let row: Vec<f64> = (0..3).map(|at| f64::from(bits >> at & 1)).collect();
            forest.contributions(&row, 0, &mut found);
            let wanted = by_definition(&tree, &row);
            for (found, wanted) in found.iter().zip(&wanted) {
                assert!((found - 2.0 * wanted).abs() < 1e-9, "{row:?}: {found} {wanted}");
            }
            let mut score = [0.0];
            forest.scores(&row, &mut score);
            assert!((forest.expected(0) + found.iter().sum::<f64>() - score[0]).abs() < 1e-9);
        }
    }
}
