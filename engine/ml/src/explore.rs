//! What the data-exploration notebook tells: figures of every column, how much each says about the target, and what
//! should make its reader think.

use serde::{Deserialize, Serialize};

use crate::leak::prints;
use crate::prepare::{Role, Unusable, as_numbers, as_words, role};
use crate::statistic::{correlation, deviation, mean, order, present, quantile, sort};
use crate::table::{Kind, Table};
use crate::target::{Problem, Target};

/// Of numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    pub mean: f64,
    pub deviation: f64,
    pub least: f64,
    pub quarter: f64,
    pub median: f64,
    pub three_quarters: f64,
    pub most: f64,
    pub skew: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explored {
    pub name: String,
    pub kind: Kind,
    pub role: Role,
    pub missing: u32,
    pub distinct: u32,
    pub numbers: Option<Numbers>,
    /// Most frequent values with their counts, at most five.
    pub frequent: Vec<(String, u32)>,
    /// From 0 to 1: how much of the target's spread the column alone explains, on rows it was not fitted to.
    pub power: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Severity {
    Low,
    High,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Insight {
    NoValues {
        column: String,
    },
    OneValue {
        column: String,
    },
    Identifier {
        column: String,
    },
    MissingValues {
        column: String,
        share: f64,
    },
    DuplicateRows {
        rows: u32,
    },
    Correlated {
        a: String,
        b: String,
        correlation: f64,
    },
    RareClass {
        label: String,
        share: f64,
    },
    SkewedTarget {
        skew: f64,
    },
    MissingTarget {
        rows: u32,
    },
    /// One column alone nearly gives the answer away.
    TooGood {
        column: String,
        power: f64,
    },
}

impl Insight {
    pub fn severity(&self) -> Severity {
        match self {
            Insight::MissingValues { share, .. } if *share < 0.3 => Severity::Low,
            Insight::RareClass { share, .. } if *share >= 0.05 => Severity::Low,
            Insight::Identifier { .. } | Insight::OneValue { .. } | Insight::Correlated { .. } => {
                Severity::Low
            }
            _ => Severity::High,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exploration {
    pub rows: u32,
    pub columns: Vec<Explored>,
    /// Counts of the classes, or none.
    pub classes: Vec<(String, u32)>,
    /// Of a target that is a number.
    pub target: Option<Numbers>,
    pub duplicates: u32,
    /// Names of numeric columns, and how each goes with each.
    pub correlated: Vec<String>,
    pub correlations: Vec<Vec<f64>>,
    /// Rows that lie furthest out, and how far (mean deviations over the numeric columns).
    pub anomalous: Vec<(u32, f64)>,
    pub insights: Vec<Insight>,
}

/// Looks at a column a unit, then at pairs and rows.
pub(crate) struct Exploring {
    found: Exploration,
    numeric: Vec<usize>,
    far: Vec<f64>,
    next: usize,
}

impl Exploring {
    pub fn new(rows: usize) -> Self {
        let found = Exploration { rows: rows as u32, ..Exploration::default() };
        Exploring { found, numeric: Vec::new(), far: vec![0.0; rows], next: 0 }
    }

    /// What it cost; 0 when all is seen.
    pub fn unit(&mut self, table: &Table, target: &Target, dropped: usize) -> usize {
        let columns = table.columns().len();
        let next = self.next;
        self.next += 1;
        if next < columns {
            self.see(table, target, next);
            return table.rows() * 12;
        }
        if let Some(at) = self.numeric.get(next - columns).copied() {
            let a = as_numbers(&table.columns()[at], false);
            let of = |other: &usize| correlation(&a, &as_numbers(&table.columns()[*other], false));
            self.found.correlations.push(self.numeric.iter().map(of).collect());
            return table.rows() * self.numeric.len();
        }
        if next == columns + self.numeric.len() {
            self.conclude(table, target, dropped);
            return table.cells();
        }
        0
    }

    pub fn progress(&self, table: &Table) -> f64 {
        self.next as f64 / (table.columns().len() + self.numeric.len() + 1) as f64
    }

    pub fn finish(self) -> Exploration {
        self.found
    }

    fn see(&mut self, table: &Table, target: &Target, at: usize) {
        let column = &table.columns()[at];
        let role = role(column);
        let words = as_words(column);
        let mut counts = vec![0_u32; words.words.len()];
        words.codes.iter().for_each(|code| counts[*code as usize] += 1);
        let mut frequent: Vec<(String, u32)> =
            words.words.iter().map(|word| word.to_string()).zip(counts).collect();
        frequent.retain(|(word, count)| *count > 0 && !word.is_empty());
        let distinct = frequent.len() as u32;
        let more = |a: usize, b: usize| frequent[b].1.cmp(&frequent[a].1);
        let order =
            order(frequent.len(), &mut |a, b| more(a, b).then_with(|| frequent[a].0.cmp(&frequent[b].0)));
        let frequent = order.iter().take(5).map(|at| frequent[*at as usize].clone()).collect();
        let missing = (0..column.len()).filter(|row| column.is_missing(*row)).count() as u32;
        let mut numbers = None;
        let mut groups = words.codes;
        if role == Role::Numeric {
            let values = as_numbers(column, false);
            let figures = describe(&values);
            if figures.deviation > 0.0 {
                let far = |value: &f64| {
                    if value.is_nan() { 0.0 } else { ((value - figures.mean) / figures.deviation).abs() }
                };
                self.far.iter_mut().zip(values.iter()).for_each(|(sum, value)| *sum += far(value));
            }
            groups = twentieths(&values);
            self.numeric.push(at);
            self.found.correlated.push(column.name.clone());
            numbers = Some(figures);
        }
        let power = if matches!(role, Role::Unusable(_)) { 0.0 } else { power(&groups, target) };
        let (name, kind) = (column.name.clone(), column.kind);
        self.found.columns.push(Explored { name, kind, role, missing, distinct, numbers, frequent, power });
    }

    fn conclude(&mut self, table: &Table, target: &Target, dropped: usize) {
        let found = &mut self.found;
        let rows = table.rows().max(1) as f64;
        let mut insights = Vec::new();
        for column in &found.columns {
            let name = column.name.clone();
            match column.role {
                Role::Unusable(Unusable::Empty) => insights.push(Insight::NoValues { column: name }),
                Role::Unusable(Unusable::Constant) => insights.push(Insight::OneValue { column: name }),
                Role::Unusable(Unusable::Identifier) => insights.push(Insight::Identifier { column: name }),
                _ if column.missing > 0 => {
                    insights.push(Insight::MissingValues {
                        column: name,
                        share: f64::from(column.missing) / rows,
                    });
                }
                _ => {}
            }
            if column.power > 0.95 {
                insights.push(Insight::TooGood { column: column.name.clone(), power: column.power });
            }
        }
        let mut prints = prints(table, &(0..table.columns().len()).collect::<Vec<usize>>());
        prints.sort_unstable();
        found.duplicates = prints.windows(2).filter(|pair| pair[0] == pair[1]).count() as u32;
        if found.duplicates > 0 {
            insights.push(Insight::DuplicateRows { rows: found.duplicates });
        }
        for (at, of) in found.correlations.iter().enumerate() {
            for (other, correlation) in of.iter().enumerate().skip(at + 1).filter(|(_, r)| r.abs() > 0.95) {
                let name = |at: usize| found.correlated[at].clone();
                insights.push(Insight::Correlated { a: name(at), b: name(other), correlation: *correlation });
            }
        }
        if dropped > 0 {
            insights.push(Insight::MissingTarget { rows: dropped as u32 });
        }
        if target.problem == Problem::Regression {
            let figures = describe(&target.values);
            if figures.skew.abs() > 2.0 {
                insights.push(Insight::SkewedTarget { skew: figures.skew });
            }
            found.target = Some(figures);
        } else {
            for (place, label) in target.labels.iter().enumerate() {
                let count = target.values.iter().filter(|value| **value == place as f64).count() as u32;
                found.classes.push((label.clone(), count));
                let share = f64::from(count) / rows;
                // A third of a fair share.
                if share * target.labels.len() as f64 * 3.0 < 1.0 {
                    insights.push(Insight::RareClass { label: label.clone(), share });
                }
            }
        }
        // Unconfirmed: the product scores anomalies with a forest of its own; ours is how far out a row lies.
        let order = order(self.far.len(), &mut |a, b| self.far[b].total_cmp(&self.far[a]));
        let columns = self.numeric.len().max(1) as f64;
        let anomalous = order.iter().take(5).map(|row| (*row, self.far[*row as usize] / columns));
        found.anomalous = anomalous.filter(|(_, far)| *far > 0.0).collect();
        found.insights = insights;
    }
}

fn describe(values: &[f64]) -> Numbers {
    let mut known = present(values);
    sort(&mut known);
    let mean = mean(&known);
    let deviation = deviation(&known, mean);
    let cubes: f64 = known.iter().map(|value| (value - mean) * (value - mean) * (value - mean)).sum();
    let cube = deviation * deviation * deviation * known.len() as f64;
    Numbers {
        mean,
        deviation,
        least: quantile(&known, 0.0),
        quarter: quantile(&known, 0.25),
        median: quantile(&known, 0.5),
        three_quarters: quantile(&known, 0.75),
        most: quantile(&known, 1.0),
        skew: if cube > 0.0 { cubes / cube } else { 0.0 },
    }
}

/// Numbers as twenty groups of about equal size, and one of what is missing.
fn twentieths(values: &[f64]) -> Vec<u32> {
    let mut known = present(values);
    sort(&mut known);
    let cuts: Vec<f64> = (1..20).map(|at| quantile(&known, f64::from(at) / 20.0)).collect();
    let group =
        |value: &f64| if value.is_nan() { 20 } else { cuts.partition_point(|cut| cut < value) as u32 };
    values.iter().map(group).collect()
}

/// Each half of the rows is answered with the other half's means by group: what of the spread is left, taken from 1.
fn power(groups: &[u32], target: &Target) -> f64 {
    let count = groups.iter().max().map_or(0, |most| *most as usize + 1);
    let classes = if target.problem == Problem::Regression { 1 } else { target.labels.len() };
    let (mut left, mut whole) = (0.0, 0.0);
    for class in 0..classes {
        let answer = |row: usize| match target.problem {
            Problem::Regression => target.values[row],
            _ => f64::from(u8::from(target.values[row] == class as f64)),
        };
        for half in 0..2 {
            let rows = |of: usize| (of..groups.len()).step_by(2);
            let all: Vec<f64> = rows(1 - half).map(answer).collect();
            let base = mean(&all);
            let mut sums = vec![(0.0, 0.0); count];
            for row in rows(1 - half) {
                let (sum, number) = &mut sums[groups[row] as usize];
                *sum += answer(row);
                *number += 1.0;
            }
            for row in rows(half) {
                let (sum, number) = sums[groups[row] as usize];
                // Small groups are drawn to the mean of all.
                let said = (sum + 5.0 * base) / (number + 5.0);
                left += (answer(row) - said) * (answer(row) - said);
                whole += (answer(row) - base) * (answer(row) - base);
            }
        }
    }
    if whole > 0.0 { (1.0 - left / whole).max(0.0) } else { 0.0 }
}
