//! A recipe fitted to the training rows, which can then be applied to any others.

use serde::{Deserialize, Serialize};

use super::infer::{Role, as_numbers, as_words, is_nothing, role};
use super::moment::{PARTS, Part, part};
use super::projection;
use super::recipe::{Recipe, Rule, Transformer};
use crate::matrix::{Block, Feature, Matrix};
use crate::refusal::Refusal;
use crate::statistic::{deviation, mean, order, present, quantile, sort};
use crate::table::{Column, Kind, Table, Values};

/// Categories beyond the most frequent ones are as if unknown.
const MOST_CATEGORIES: usize = 100;

/// How a source column becomes features.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Encoder {
    Nothing,
    Number,
    /// Sorted, so that a text is found by halving.
    OneHot(Vec<String>),
    Ordinal(Vec<String>),
    Moment(Vec<Part>),
}

/// A fitted step over features made so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Operation {
    Fill {
        at: u32,
        with: f64,
    },
    /// A new feature: 1 where the other is missing.
    Flag {
        at: u32,
    },
    Affine {
        at: u32,
        shift: f64,
        factor: f64,
    },
    Logarithm {
        at: u32,
    },
    /// Rows are brought to length 1.
    Normalize {
        of: Vec<u32>,
    },
    /// The features give way to their projections.
    Project {
        of: Vec<u32>,
        means: Vec<f64>,
        axes: Vec<Vec<f64>>,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pipeline {
    /// Names, kinds and roles of the columns it was fitted to; arguments come in this order.
    columns: Vec<(String, Kind, Role)>,
    encoders: Vec<Encoder>,
    operations: Vec<Operation>,
    features: Vec<Feature>,
}

/// Blocks on their way; those given up are taken out.
type Slots = Vec<Option<Block>>;

impl Pipeline {
    /// `filled`: whatever is still missing in the end is filled, for learners that cannot bear a gap.
    ///
    /// # Errors
    /// Text where the recipe wants numbers, an unknown column, nothing left to learn from.
    pub fn fit(table: &Table, recipe: &Recipe, filled: bool) -> Result<(Self, Matrix), Refusal> {
        check_names(table, recipe)?;
        let columns = table.columns();
        let roles: Vec<Role> = columns.iter().map(role).collect();
        let mut encoders = Vec::new();
        let (mut slots, mut names): (Slots, Vec<Feature>) = (Vec::new(), Vec::new());
        for (at, column) in columns.iter().enumerate() {
            let encoder = encoder(column, roles[at], recipe)?;
            encode(column, &encoder, &mut slots);
            name(&column.name, at as u16, &encoder, &mut names);
            encoders.push(encoder);
        }
        let described =
            columns.iter().zip(&roles).map(|(column, role)| (column.name.clone(), column.kind, *role));
        let mut pipeline =
            Pipeline { columns: described.collect(), encoders, operations: Vec::new(), features: names };
        for rule in &recipe.rules {
            pipeline.fit_rule(rule, &mut slots);
        }
        if filled {
            pipeline.fit_step(Transformer::Imputer, &|_| true, &mut slots);
        }
        let kept: Vec<bool> = slots.iter().map(Option::is_some).collect();
        let blocks: Vec<Block> = slots.into_iter().flatten().collect();
        if blocks.is_empty() {
            return Err(Refusal::NoUsableFeature);
        }
        pipeline.settle_features(&kept, &blocks);
        let matrix = Matrix::new(table.rows(), blocks);
        Ok((pipeline, matrix))
    }

    /// # Errors
    /// Another number of columns.
    pub fn apply(&self, table: &Table) -> Result<Matrix, Refusal> {
        let (given, wanted) = (table.columns().len(), self.columns.len());
        if given != wanted {
            return Err(Refusal::WrongArguments { given, wanted });
        }
        let mut slots = Vec::new();
        for (column, encoder) in table.columns().iter().zip(&self.encoders) {
            encode(column, encoder, &mut slots);
        }
        for operation in &self.operations {
            operate(operation, &mut slots, table.rows());
        }
        Ok(Matrix::new(table.rows(), slots.into_iter().flatten().collect()))
    }

    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Names and kinds of the columns that a prediction wants, in their order.
    pub fn columns(&self) -> impl Iterator<Item = (&str, Kind, Role)> {
        self.columns.iter().map(|(name, kind, role)| (&**name, *kind, *role))
    }

    fn fit_rule(&mut self, rule: &Rule, slots: &mut Slots) {
        let covered: Vec<bool> = self.columns.iter().map(|(name, ..)| rule.covers(name)).collect();
        // What a projection made belongs to no column any more: a rule for all still means it.
        let all = rule.columns.is_empty();
        let covers = |source: Option<u16>| source.map_or(all, |at| covered[usize::from(at)]);
        for transformer in &rule.transformers {
            self.fit_step(*transformer, &covers, slots);
        }
    }

    fn fit_step(&mut self, step: Transformer, covers: &dyn Fn(Option<u16>) -> bool, slots: &mut Slots) {
        let mut widths = 0;
        let mut dense: Vec<(u32, Option<u16>)> = Vec::new();
        for (at, slot) in slots.iter().enumerate() {
            let source = self.features[widths].source;
            if matches!(slot, Some(Block::Dense(_))) && covers(source) {
                dense.push((at as u32, source));
            }
            widths += slot.as_ref().map_or(1, Block::width);
        }
        if matches!(step, Transformer::Normalizer | Transformer::Pca) {
            let of: Vec<u32> = dense.iter().map(|(at, _)| *at).collect();
            if of.is_empty() {
                return;
            }
            let operation = if step == Transformer::Pca {
                let means: Vec<f64> = of.iter().map(|at| mean(&present(numbers(slots, *at)))).collect();
                let centred = of.iter().zip(&means).map(|(at, mean)| {
                    let shift = |value: &f64| if value.is_nan() { 0.0 } else { value - mean };
                    numbers(slots, *at).iter().map(shift).collect()
                });
                let axes = projection::axes(&centred.collect::<Vec<Vec<f64>>>());
                for number in 0..axes.len() {
                    self.features.push(Feature { name: format!("pca_{number}"), source: None });
                }
                Operation::Project { of, means, axes }
            } else {
                Operation::Normalize { of }
            };
            return self.add(operation, slots);
        }
        for (at, source) in dense {
            let values = numbers(slots, at);
            let mut known = present(values);
            if known.is_empty() && step != Transformer::Imputer {
                continue;
            }
            let gaps = known.len() < values.len();
            sort(&mut known);
            let middle = quantile(&known, 0.5);
            let affine = |shift: f64, spread: f64| Operation::Affine {
                at,
                shift,
                factor: if spread > 0.0 { 1.0 / spread } else { 1.0 },
            };
            match step {
                Transformer::Imputer => self.add(Operation::Fill { at, with: middle }, slots),
                Transformer::ImputerWithIndicator => {
                    if gaps {
                        let at_feature = feature_of(slots, at);
                        let name = format!("{}_missing", self.features[at_feature].name);
                        self.features.push(Feature { name, source });
                        self.add(Operation::Flag { at }, slots);
                    }
                    self.add(Operation::Fill { at, with: middle }, slots);
                }
                Transformer::StandardScaler => {
                    let mean = mean(&known);
                    self.add(affine(mean, deviation(&known, mean)), slots);
                }
                Transformer::MinMax => {
                    let (least, most) = (quantile(&known, 0.0), quantile(&known, 1.0));
                    self.add(affine(least, most - least), slots);
                }
                Transformer::RobustScaler => {
                    let spread = quantile(&known, 0.75) - quantile(&known, 0.25);
                    // Half the values are the same: the deviation says more than no spread at all.
                    let spread = if spread > 0.0 { spread } else { deviation(&known, mean(&known)) };
                    self.add(affine(middle, spread), slots);
                }
                Transformer::LogTransformer => {
                    // Only long tails gain by it: where the far end lies five times further than the middle.
                    let tail = quantile(&known, 1.0) - middle;
                    let body = quantile(&known, 0.75) - quantile(&known, 0.0);
                    if known.first().is_some_and(|least| *least >= 0.0) && tail > 5.0 * body {
                        self.add(Operation::Logarithm { at }, slots);
                    }
                }
                Transformer::OneHotEncoder
                | Transformer::OrdinalEncoder
                | Transformer::NumericPassthrough
                | Transformer::DateTimeVectorizer
                | Transformer::Normalizer
                | Transformer::Pca => {}
            }
        }
    }

    fn add(&mut self, operation: Operation, slots: &mut Slots) {
        let rows = slots.iter().flatten().next().map_or(0, |block| match block {
            Block::Dense(values) => values.len(),
            Block::Choice { codes, .. } => codes.len(),
        });
        operate(&operation, slots, rows);
        self.operations.push(operation);
    }

    /// Names of what was given up go.
    fn settle_features(&mut self, kept: &[bool], blocks: &[Block]) {
        let mut names = std::mem::take(&mut self.features).into_iter();
        let mut blocks = blocks.iter();
        for kept in kept {
            let width = if *kept { blocks.next().map_or(0, Block::width) } else { 1 };
            let taken = names.by_ref().take(width);
            if *kept {
                self.features.extend(taken);
            } else {
                taken.for_each(drop);
            }
        }
    }
}

fn numbers(slots: &Slots, at: u32) -> &[f64] {
    match &slots[at as usize] {
        Some(Block::Dense(values)) => values,
        Some(Block::Choice { .. }) | None => &[],
    }
}

/// Where the names of a slot's features begin.
fn feature_of(slots: &Slots, at: u32) -> usize {
    slots[..at as usize].iter().map(|slot| slot.as_ref().map_or(1, Block::width)).sum()
}

fn check_names(table: &Table, recipe: &Recipe) -> Result<(), Refusal> {
    let known = |name: &&String| !table.columns().iter().any(|column| column.name.eq_ignore_ascii_case(name));
    match recipe.rules.iter().flat_map(|rule| &rule.columns).find(known) {
        Some(name) => Err(Refusal::NoSuchColumn { column: name.clone() }),
        None => Ok(()),
    }
}

fn encoder(column: &Column, role: Role, recipe: &Recipe) -> Result<Encoder, Refusal> {
    let is_encoder = |step: &&Transformer| {
        matches!(
            step,
            Transformer::OneHotEncoder
                | Transformer::OrdinalEncoder
                | Transformer::NumericPassthrough
                | Transformer::DateTimeVectorizer
        )
    };
    let mut asked = None;
    for rule in recipe.rules.iter().filter(|rule| rule.covers(&column.name)) {
        let Some(step) = rule.transformers.iter().find(is_encoder) else { continue };
        // Unconfirmed: a rule for all columns is taken to encode those it suits, not to cut numbers into categories.
        let suits = match step {
            Transformer::OneHotEncoder | Transformer::OrdinalEncoder => role == Role::Categorical,
            Transformer::DateTimeVectorizer => role == Role::Moment,
            _ => role == Role::Numeric,
        };
        if asked.is_none() && (suits || rule.names(&column.name)) {
            asked = Some(*step);
        }
    }
    let by_role = match role {
        Role::Unusable(_) if recipe.automatic => return Ok(Encoder::Nothing),
        Role::Numeric => Transformer::NumericPassthrough,
        Role::Moment => Transformer::DateTimeVectorizer,
        Role::Categorical if recipe.ordinal => Transformer::OrdinalEncoder,
        Role::Categorical => Transformer::OneHotEncoder,
        Role::Unusable(_) if matches!(column.values, Values::Words { .. }) => Transformer::OneHotEncoder,
        Role::Unusable(_) => Transformer::NumericPassthrough,
    };
    Ok(match asked.unwrap_or(by_role) {
        Transformer::OneHotEncoder => Encoder::OneHot(categories(column)),
        Transformer::OrdinalEncoder => Encoder::Ordinal(categories(column)),
        Transformer::DateTimeVectorizer => {
            let instants = as_numbers(column, true);
            let varies = |each: Part| {
                let mut values = instants.iter().map(|at| part(*at, each)).filter(|value| value.is_finite());
                let first = values.next();
                values.any(|value| Some(value) != first)
            };
            Encoder::Moment(PARTS.iter().map(|(each, _)| *each).filter(|each| varies(*each)).collect())
        }
        _ => {
            if let Values::Words { words, .. } = &column.values {
                let number = |word: &String| super::infer::read_number(word).is_some();
                if !words.iter().all(|word| is_nothing(word) || number(word)) {
                    return Err(Refusal::NotANumber { column: column.name.clone() });
                }
            }
            Encoder::Number
        }
    })
}

/// The most frequent texts, sorted.
fn categories(column: &Column) -> Vec<String> {
    let words = as_words(column);
    let mut counts = vec![0_usize; words.words.len()];
    words.codes.iter().for_each(|code| counts[*code as usize] += 1);
    let used: Vec<(usize, &str)> = counts
        .into_iter()
        .zip(words.words.iter().map(|word| &**word))
        .filter(|(count, _)| *count > 0)
        .collect();
    let mut frequent =
        order(used.len(), &mut |a, b| used[b].0.cmp(&used[a].0).then_with(|| used[a].1.cmp(used[b].1)));
    frequent.truncate(MOST_CATEGORIES);
    let kept: Vec<&str> = frequent.into_iter().map(|at| used[at as usize].1).collect();
    let sorted = order(kept.len(), &mut |a, b| kept[a].cmp(kept[b]));
    sorted.into_iter().map(|at| kept[at as usize].to_owned()).collect()
}

fn encode(column: &Column, encoder: &Encoder, slots: &mut Slots) {
    match encoder {
        Encoder::Nothing => {}
        Encoder::Number => slots.push(Some(Block::Dense(as_numbers(column, false).into_owned()))),
        Encoder::Moment(parts) => {
            let instants = as_numbers(column, true);
            for each in parts {
                slots.push(Some(Block::Dense(instants.iter().map(|at| part(*at, *each)).collect())));
            }
        }
        Encoder::OneHot(known) | Encoder::Ordinal(known) => {
            let words = as_words(column);
            let place =
                |word: &std::borrow::Cow<str>| known.binary_search_by(|each| each.as_str().cmp(word)).ok();
            let places: Vec<Option<usize>> = words.words.iter().map(place).collect();
            let places = words.codes.iter().map(|code| places[*code as usize]);
            slots.push(Some(if matches!(encoder, Encoder::OneHot(_)) {
                let width = known.len() as u16;
                Block::Choice {
                    codes: places.map(|place| place.map_or(width, |at| at as u16)).collect(),
                    width,
                }
            } else {
                Block::Dense(places.map(|place| place.map_or(f64::NAN, |at| at as f64)).collect())
            }));
        }
    }
}

fn name(column: &str, at: u16, encoder: &Encoder, names: &mut Vec<Feature>) {
    let mut push = |name: String| names.push(Feature { name, source: Some(at) });
    match encoder {
        Encoder::Nothing => {}
        Encoder::Number | Encoder::Ordinal(_) => push(column.to_owned()),
        Encoder::OneHot(known) => known.iter().for_each(|word| push(format!("{column}_{word}"))),
        Encoder::Moment(parts) => {
            let wanted = PARTS.iter().filter(|(each, _)| parts.contains(each));
            wanted.for_each(|(_, name)| push(format!("{column}_{name}")));
        }
    }
}

fn operate(operation: &Operation, slots: &mut Slots, rows: usize) {
    let mut each = |at: u32, change: &dyn Fn(f64) -> f64| {
        if let Some(Block::Dense(values)) = &mut slots[at as usize] {
            values.iter_mut().for_each(|value| *value = change(*value));
        }
    };
    match operation {
        Operation::Fill { at, with } => each(*at, &|value| if value.is_nan() { *with } else { value }),
        Operation::Affine { at, shift, factor } => each(*at, &|value| (value - shift) * factor),
        Operation::Logarithm { at } => each(*at, &|value| {
            let size = crate::elementary::ln(1.0 + value.abs());
            if value < 0.0 { -size } else { size }
        }),
        Operation::Flag { at } => {
            let flags = numbers(slots, *at).iter().map(|value| f64::from(u8::from(value.is_nan()))).collect();
            slots.push(Some(Block::Dense(flags)));
        }
        Operation::Normalize { of } => {
            for row in 0..rows {
                let square = |at: &u32| numbers(slots, *at)[row] * numbers(slots, *at)[row];
                let length = of.iter().map(square).filter(|part| part.is_finite()).sum::<f64>().sqrt();
                for at in of {
                    if let Some(Block::Dense(values)) = &mut slots[*at as usize]
                        && length > 0.0
                    {
                        values[row] /= length;
                    }
                }
            }
        }
        Operation::Project { of, means, axes } => {
            let sources: Vec<Option<Block>> = of.iter().map(|at| slots[*at as usize].take()).collect();
            for axis in axes {
                let mut sums = vec![0.0; rows];
                for ((source, mean), weight) in sources.iter().zip(means).zip(axis) {
                    let Some(Block::Dense(values)) = source else { continue };
                    let known = sums.iter_mut().zip(values).filter(|(_, value)| !value.is_nan());
                    known.for_each(|(sum, value)| *sum += (value - mean) * weight);
                }
                slots.push(Some(Block::Dense(sums)));
            }
        }
    }
}
