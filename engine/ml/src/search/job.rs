//! The search itself, step by step.
//!
//! Every candidate is validated on one part in five of the rows; the best few then on all five, each time trained
//! without the part it is judged by, because one part of a small table says little. The winner is trained anew on all
//! rows, as long as validation found best. Its score is that of validation: rows never seen.

use std::sync::Arc;

use crate::explore::{Exploration, Exploring};
use crate::leak::Seen;
use crate::learner::{Algorithm, Learner};
use crate::metric::Metric;
use crate::model::{Model, Prediction, Report, judge, predict};
use crate::prepare::{Pipeline, Recipe};
use crate::refusal::Refusal;
use crate::search::candidate::{Candidate, CandidateState};
use crate::search::outcome::Outcome;
use crate::search::{proposal, split};
use crate::table::Table;
use crate::target::{Problem, Target};
use crate::training::{Curve, Plan, Sample, Step, Trainer};

/// The product's limits.
pub const LEAST_ROWS: usize = 500;
pub const MOST_FEATURES: usize = 256;

const PARTS: u32 = 5;
/// Candidates that are validated on all parts.
const FINALISTS: usize = 2;
/// Cells that candidates are tried on; larger tables are sampled until the last training.
const MOST_CELLS: usize = 250_000;
/// More cells than this say enough in one part.
const CROSS_CELLS: usize = 120_000;

/// What CREATE MODEL asks for.
pub struct Request {
    pub table: Table,
    pub target: String,
    pub problem: Option<Problem>,
    pub objective: Option<Metric>,
    pub only: Option<Algorithm>,
    /// PREPROCESSORS, if given.
    pub recipe: Option<Recipe>,
    pub candidates: usize,
    pub seed: u64,
}

/// Named as the product names what goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    AnalyzingData,
    FeatureEngineering,
    ModelTuning,
    Completed,
}

struct Running {
    candidate: usize,
    part: u8,
    trainer: Trainer,
    watch: Arc<Sample>,
    rows: Vec<u32>,
}

/// A recipe fitted without one part of the rows.
struct Prepared {
    recipe: Recipe,
    filled: bool,
    part: u8,
    train: Arc<Sample>,
    watch: Arc<Sample>,
}

pub struct Search {
    /// Rows with an answer.
    table: Table,
    target: Target,
    target_name: String,
    dropped: usize,
    objective: Metric,
    only: Option<Algorithm>,
    recipe: Option<Recipe>,
    count: usize,
    seed: u64,
    exploring: Option<Exploring>,
    exploration: Exploration,
    /// The rows that candidates are tried on, their answers and parts.
    tried: Table,
    tried_target: Target,
    parts: Vec<u8>,
    cross: bool,
    candidates: Vec<Candidate>,
    /// Of each candidate, its predictions by row while it is judged.
    said: Vec<Vec<(u32, Prediction)>>,
    queue: Vec<(usize, u8)>,
    finals: bool,
    prepared: Vec<Prepared>,
    running: Option<Running>,
    best: usize,
    validation: Option<Report>,
    last: Option<(Pipeline, Trainer)>,
    model: Option<Model>,
}

impl Search {
    /// # Errors
    /// Too few rows, too many columns, a target that cannot be learned, an objective that does not fit it.
    pub fn new(request: Request) -> Result<Self, Refusal> {
        let (column, table) = request.table.split(&request.target)?;
        let (rows, features) = (table.rows(), table.columns().len());
        if rows < LEAST_ROWS {
            return Err(Refusal::TooFewRows { rows, least: LEAST_ROWS });
        }
        if features > MOST_FEATURES {
            return Err(Refusal::TooManyFeatures { features, most: MOST_FEATURES });
        }
        let target = Target::read(&column, request.problem)?;
        let dropped = rows - target.rows.len();
        let table = if dropped > 0 { table.take(&target.rows) } else { table };
        if table.rows() < LEAST_ROWS {
            return Err(Refusal::TooFewRows { rows: table.rows(), least: LEAST_ROWS });
        }
        if target.problem == Problem::Binary {
            for (place, label) in target.labels.iter().enumerate() {
                let rows = target.values.iter().filter(|value| **value == place as f64).count();
                if rows < PARTS as usize {
                    return Err(Refusal::ClassTooSmall { class: label.clone(), rows });
                }
            }
        }
        let objective = match request.objective {
            Some(metric) => Metric::objective(metric.name(), target.problem)?,
            None => target.problem.default_metric(),
        };
        let kept = split::sample(&target, (MOST_CELLS / features.max(1)).max(LEAST_ROWS), request.seed);
        let tried = table.take(&kept);
        let tried_target = Target {
            problem: target.problem,
            labels: target.labels.clone(),
            values: kept.iter().map(|row| target.values[*row as usize]).collect(),
            rows: Vec::new(),
        };
        let parts = split::parts(&tried_target, PARTS, request.seed);
        let cross = tried.cells() <= CROSS_CELLS;
        Ok(Search {
            exploring: Some(Exploring::new(table.rows())),
            exploration: Exploration::default(),
            target_name: column.name,
            dropped,
            objective,
            only: request.only.filter(|only| *only != Algorithm::KMeans),
            recipe: request.recipe,
            count: request.candidates.max(1),
            seed: request.seed,
            tried,
            tried_target,
            parts,
            cross,
            candidates: Vec::new(),
            said: Vec::new(),
            queue: Vec::new(),
            finals: false,
            prepared: Vec::new(),
            running: None,
            best: 0,
            validation: None,
            last: None,
            model: None,
            table,
            target,
        })
    }

    pub fn problem(&self) -> Problem {
        self.target.problem
    }

    pub fn objective(&self) -> Metric {
        self.objective
    }

    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The figures of the data, once they are all there.
    pub fn exploration(&self) -> Option<&Exploration> {
        self.exploring.is_none().then_some(&self.exploration)
    }

    pub fn stage(&self) -> Stage {
        if self.exploring.is_some() {
            Stage::AnalyzingData
        } else if self.model.is_some() {
            Stage::Completed
        } else if self.prepared.is_empty() && self.last.is_none() {
            Stage::FeatureEngineering
        } else {
            Stage::ModelTuning
        }
    }

    /// Works until about `budget` numbers are touched. A dropped search leaves nothing behind.
    ///
    /// # Errors
    /// Nothing to learn from, or a recipe that asks for what is not there.
    pub fn step(&mut self, budget: usize) -> Result<Step, Refusal> {
        let mut spent = 0;
        while spent < budget && self.model.is_none() {
            spent += self.unit()?.max(1);
        }
        if self.model.is_some() {
            return Ok(Step::Ready);
        }
        Ok(Step::Pending { progress: self.progress() })
    }

    pub fn finish(self) -> Option<Outcome> {
        Some(Outcome {
            problem: self.target.problem,
            objective: self.objective,
            exploration: self.exploration,
            candidates: self.candidates,
            best: self.best as u32,
            validation: self.validation?,
            model: self.model?,
        })
    }

    fn progress(&self) -> f64 {
        if let Some(exploring) = &self.exploring {
            return 0.05 * exploring.progress(&self.table);
        }
        if let Some((_, trainer)) = &self.last {
            return 0.95 + 0.05 * trainer.progress().min(1.0);
        }
        let running = self.running.as_ref().map_or(0.0, |running| running.trainer.progress().min(1.0));
        let finals = if self.cross { FINALISTS * (PARTS as usize - 1) } else { 0 };
        let tried = self.candidates.iter().filter(|each| each.state == CandidateState::Completed).count();
        let tried = if self.finals {
            self.count + finals - self.queue.len() - usize::from(self.running.is_some())
        } else {
            tried
        };
        0.05 + 0.9 * ((tried as f64 + running) / (self.count + finals) as f64).min(1.0)
    }

    fn unit(&mut self) -> Result<usize, Refusal> {
        if let Some(exploring) = &mut self.exploring {
            let cost = exploring.unit(&self.table, &self.target, self.dropped);
            if cost == 0 {
                self.exploration = self.exploring.take().map(Exploring::finish).unwrap_or_default();
                self.propose();
            }
            return Ok(cost);
        }
        if let Some((_, trainer)) = &mut self.last {
            let cost = trainer.unit();
            if trainer.is_done() {
                self.conclude();
            }
            return Ok(cost);
        }
        if let Some(running) = &mut self.running {
            let cost = running.trainer.unit();
            if running.trainer.is_done() {
                self.judge();
            }
            return Ok(cost);
        }
        if let Some((candidate, part)) = self.queue.pop() {
            return self.begin(candidate, part);
        }
        self.decide()
    }

    fn propose(&mut self) {
        let width = self.table.columns().len();
        // A quarter of the tries is kept for steps around the best.
        let first = if self.count > 4 { self.count - self.count / 4 } else { self.count };
        let positives: f64 = self.target.values.iter().sum();
        let lift = if self.objective == Metric::F1 && self.target.problem == Problem::Binary {
            ((self.target.values.len() as f64 - positives) / positives).sqrt().clamp(1.0, 5.0)
        } else {
            1.0
        };
        let recipe = self.recipe.as_ref();
        self.candidates =
            proposal::first(self.target.problem, self.only, recipe, width, lift, first, self.seed);
        self.count = self.count.max(self.candidates.len());
        self.said = vec![Vec::new(); self.candidates.len()];
        self.queue = (0..self.candidates.len()).rev().map(|at| (at, 0)).collect();
    }

    /// Prepares the rows for a candidate, unless another did, and lets it begin.
    fn begin(&mut self, candidate: usize, part: u8) -> Result<usize, Refusal> {
        let Candidate { recipe, plan, .. } = &self.candidates[candidate];
        let filled = matches!(plan, Plan::Linear(_) | Plan::Perceptron(_));
        let known = |each: &Prepared| each.part == part && each.filled == filled && each.recipe == *recipe;
        let mut cost = 1;
        let rows_of = |inside: bool| -> Vec<u32> {
            let parts = self.parts.iter().enumerate();
            parts.filter(|(_, of)| (**of == part) == inside).map(|(row, _)| row as u32).collect()
        };
        let watched = rows_of(true);
        if !self.prepared.iter().any(known) {
            let trained = rows_of(false);
            let (pipeline, matrix) = Pipeline::fit(&self.tried.take(&trained), recipe, filled)?;
            let answers =
                |rows: &[u32]| rows.iter().map(|row| self.tried_target.values[*row as usize]).collect();
            let train = Arc::new(Sample { matrix, answers: answers(&trained) });
            let matrix = pipeline.apply(&self.tried.take(&watched))?;
            let watch = Arc::new(Sample { matrix, answers: answers(&watched) });
            self.prepared.push(Prepared { recipe: recipe.clone(), filled, part, train, watch });
            cost = self.tried.cells() * 10;
        }
        if let Some(prepared) = self.prepared.iter().find(|each| known(each)) {
            let (train, watch) = (prepared.train.clone(), prepared.watch.clone());
            let outputs = self.target.outputs();
            let trainer = Trainer::new(plan, self.target.problem, outputs, train, Some(watch.clone()), &[])?;
            self.running = Some(Running { candidate, part, trainer, watch, rows: watched });
            self.candidates[candidate].state = CandidateState::InProgress;
        }
        Ok(cost)
    }

    /// Notes what a candidate said of the part that was kept from it.
    fn judge(&mut self) {
        let Some(running) = self.running.take() else { return };
        let kept = running.trainer.kept();
        let Some((learner, curve)) = running.trainer.finish() else { return };
        let classes = self.target.labels.len();
        let prediction = predict(&learner, Some(self.target.problem), classes, &running.watch.matrix);
        let candidate = &mut self.candidates[running.candidate];
        candidate.rounds = (candidate.rounds * candidate.folds + kept) / (candidate.folds + 1);
        candidate.folds += 1;
        candidate.state = CandidateState::Completed;
        if running.part == 0 {
            candidate.curve = curve;
        }
        let said = &mut self.said[running.candidate];
        for (at, row) in running.rows.into_iter().enumerate() {
            let of_row = |all: &[f64], width: usize| all[at * width..(at + 1) * width].to_vec();
            let width = prediction.probabilities.len() / prediction.values.len().max(1);
            let one = Prediction {
                values: of_row(&prediction.values, 1),
                probabilities: of_row(&prediction.probabilities, width),
            };
            said.push((row, one));
        }
        let report = self.report(running.candidate);
        let candidate = &mut self.candidates[running.candidate];
        candidate.value = report.score(self.objective);
        candidate.scores = report.scores;
    }

    fn report(&self, candidate: usize) -> Report {
        let mut all = Prediction::default();
        let mut truth = Vec::new();
        for (row, said) in &self.said[candidate] {
            all.values.extend(&said.values);
            all.probabilities.extend(&said.probabilities);
            truth.push(self.tried_target.values[*row as usize]);
        }
        Report::of(&judge(self.target.problem, self.target.labels.len(), &truth, &all))
    }

    /// The queue is empty: a step around the best, the finals, or the winner's last training.
    fn decide(&mut self) -> Result<usize, Refusal> {
        let order = self.ranked();
        let Some(first) = order.first().copied() else { return Err(Refusal::NoUsableFeature) };
        if self.candidates.len() < self.count {
            let next = proposal::near(&self.candidates[first], self.seed, self.candidates.len());
            self.queue.push((self.candidates.len(), 0));
            self.candidates.push(next);
            self.said.push(Vec::new());
            return Ok(1);
        }
        if self.cross && !self.finals {
            self.finals = true;
            self.prepared.clear();
            // Of the same part one after the other, so that what was prepared is used by both.
            let finalists = &order[..FINALISTS.min(order.len())];
            self.queue =
                (1..PARTS as u8).flat_map(|part| finalists.iter().map(move |at| (*at, part))).collect();
            return Ok(1);
        }
        self.best = first;
        self.validation = Some(self.report(first));
        self.prepared.clear();
        let candidate = &self.candidates[first];
        let mut plan = candidate.plan.clone();
        match &mut plan {
            Plan::Trees(options, _) => {
                options.rounds = candidate.rounds.max(1);
                options.patience = 0;
            }
            Plan::Perceptron(options) => {
                options.epochs = candidate.rounds.max(1);
                options.patience = 0;
            }
            Plan::Linear(_) | Plan::Clusters(_) => {}
        }
        let filled = matches!(plan, Plan::Linear(_) | Plan::Perceptron(_));
        let (pipeline, matrix) = Pipeline::fit(&self.table, &candidate.recipe, filled)?;
        let train = Arc::new(Sample { matrix, answers: self.target.values.clone() });
        let trainer = Trainer::new(&plan, self.target.problem, self.target.outputs(), train, None, &[])?;
        self.last = Some((pipeline, trainer));
        Ok(self.table.cells() * 10)
    }

    /// Candidates from best to worst; after the finals only those that were in them.
    fn ranked(&self) -> Vec<usize> {
        let most = self.candidates.iter().map(|each| each.folds).max().unwrap_or(0);
        let value = |at: &usize| self.candidates[*at].value.filter(|value| value.is_finite());
        let known: Vec<usize> = (0..self.candidates.len())
            .filter(|at| value(at).is_some() && self.candidates[*at].folds == most)
            .collect();
        let order =
            crate::statistic::order(known.len(), &mut |a, b| match (value(&known[a]), value(&known[b])) {
                (Some(a), Some(b)) if self.objective.better(a, b) => std::cmp::Ordering::Less,
                (Some(a), Some(b)) if self.objective.better(b, a) => std::cmp::Ordering::Greater,
                _ => std::cmp::Ordering::Equal,
            });
        order.into_iter().map(|at| known[at as usize]).collect()
    }

    fn conclude(&mut self) {
        let Some((pipeline, trainer)) = self.last.take() else { return };
        let Some((learner, last)) = trainer.finish() else { return };
        // The curve that tells something is the one with a validation line.
        let watched = self.candidates[self.best].curve.clone();
        let curve = if watched.train.is_empty() { last } else { Curve { ..watched } };
        self.model = Some(Model {
            target: self.target_name.clone(),
            problem: Some(self.target.problem),
            labels: self.target.labels.clone(),
            pipeline,
            learner: Learner::clone(&learner),
            curve,
            seen: Seen::of(&self.table),
        });
    }
}
