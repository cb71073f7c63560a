//! A training on its way: one learner, one set of rows, unit by unit.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clusters::{ClusterOptions, Clustering};
use crate::leak::Seen;
use crate::learner::{Algorithm, Learner};
use crate::linear::{Descent, LinearOptions};
use crate::matrix::Matrix;
use crate::model::Model;
use crate::perceptron::{PerceptronOptions, Schooling};
use crate::prepare::{Pipeline, Recipe, as_numbers};
use crate::refusal::Refusal;
use crate::table::{Column, Table};
use crate::target::{Problem, Target};
use crate::tree::{Boosting, BoostingOptions, Loss};

/// Rows and their answers (none for clusters).
#[derive(Clone, Debug)]
pub struct Sample {
    pub(crate) matrix: Matrix,
    pub(crate) answers: Vec<f64>,
}

/// Loss after each round, epoch, iteration or pass.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    pub train: Vec<f32>,
    pub validation: Vec<f32>,
}

/// A learner with all its options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Plan {
    Trees(BoostingOptions, Loss),
    Linear(LinearOptions),
    Perceptron(PerceptronOptions),
    Clusters(ClusterOptions),
}

impl Plan {
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Plan::Trees(..) => Algorithm::XgBoost,
            Plan::Linear(_) => Algorithm::LinearLearner,
            Plan::Perceptron(_) => Algorithm::Mlp,
            Plan::Clusters(_) => Algorithm::KMeans,
        }
    }
}

/// How far something stepped has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// A share from 0 to 1.
    Pending {
        progress: f64,
    },
    Ready,
}

pub(crate) enum Trainer {
    Trees(Box<Boosting>),
    Linear(Box<Descent>),
    Perceptron(Box<Schooling>),
    Clusters(Box<Clustering>),
}

impl Trainer {
    /// `names` of the features, for refusals.
    pub fn new(
        plan: &Plan,
        problem: Problem,
        outputs: usize,
        train: Arc<Sample>,
        watch: Option<Arc<Sample>>,
        names: &[String],
    ) -> Result<Self, Refusal> {
        Ok(match plan {
            Plan::Trees(options, loss) => {
                Trainer::Trees(Box::new(Boosting::new(*options, *loss, outputs, train, watch)?))
            }
            Plan::Linear(options) => {
                Trainer::Linear(Box::new(Descent::new(*options, problem, outputs, train, watch)))
            }
            Plan::Perceptron(options) => {
                Trainer::Perceptron(Box::new(Schooling::new(options.clone(), problem, outputs, train, watch)))
            }
            Plan::Clusters(options) => Trainer::Clusters(Box::new(Clustering::new(*options, &train, names)?)),
        })
    }

    /// The least that can be done at once, and what it cost (about a number touched each).
    pub fn unit(&mut self) -> usize {
        match self {
            Trainer::Trees(each) => each.unit(),
            Trainer::Linear(each) => each.unit(),
            Trainer::Perceptron(each) => each.unit(),
            Trainer::Clusters(each) => each.unit(),
        }
    }

    pub fn is_done(&self) -> bool {
        match self {
            Trainer::Trees(each) => each.is_done(),
            Trainer::Linear(each) => each.is_done(),
            Trainer::Perceptron(each) => each.is_done(),
            Trainer::Clusters(each) => each.is_done(),
        }
    }

    pub fn progress(&self) -> f64 {
        match self {
            Trainer::Trees(each) => each.progress(),
            Trainer::Linear(each) => each.progress(),
            Trainer::Perceptron(each) => each.progress(),
            Trainer::Clusters(each) => each.progress(),
        }
    }

    pub fn curve(&self) -> &Curve {
        match self {
            Trainer::Trees(each) => each.curve(),
            Trainer::Linear(each) => each.curve(),
            Trainer::Perceptron(each) => each.curve(),
            Trainer::Clusters(each) => each.curve(),
        }
    }

    /// Rounds or epochs that the learner kept: as many a training on more rows should take.
    pub fn kept(&self) -> u32 {
        match self {
            Trainer::Trees(each) => each.rounds(),
            Trainer::Perceptron(each) => each.epochs(),
            Trainer::Linear(_) | Trainer::Clusters(_) => 0,
        }
    }

    pub fn finish(self) -> Option<(Learner, Curve)> {
        Some(match self {
            Trainer::Trees(each) => {
                let (forest, curve) = each.finish();
                (Learner::Trees(forest), curve)
            }
            Trainer::Linear(each) => {
                let (linear, curve) = each.finish();
                (Learner::Linear(linear), curve)
            }
            Trainer::Perceptron(each) => {
                let (net, curve) = each.finish();
                (Learner::Perceptron(net), curve)
            }
            Trainer::Clusters(each) => {
                let (clusters, curve) = each.finish();
                (Learner::Clusters(clusters?), curve)
            }
        })
    }
}

/// One learner trained as asked for: what AUTO OFF does. It can be dropped at any time.
pub struct Training {
    trainer: Trainer,
    pipeline: Pipeline,
    target: String,
    problem: Option<Problem>,
    labels: Vec<String>,
    seen: Seen,
}

impl Training {
    /// Boosted trees under the product's rules for AUTO OFF: numbers only, classes counted from 0.
    ///
    /// # Errors
    /// Text among the features, answers that do not fit the objective, `num_class` missing or too small.
    pub fn trees(
        table: Table,
        target: &str,
        recipe: &Recipe,
        options: BoostingOptions,
        loss: Loss,
        num_class: u32,
    ) -> Result<Self, Refusal> {
        let (column, table) = table.split(target)?;
        let (target, outputs) = numbered(&column, loss, num_class)?;
        let rows = table.take(&target.rows);
        Self::begin(&rows, column.name, target, outputs, recipe, &Plan::Trees(options, loss))
    }

    /// # Errors
    /// A target that cannot be learned, or nothing to learn from.
    pub fn new(
        table: Table,
        target: &str,
        recipe: &Recipe,
        plan: &Plan,
        problem: Option<Problem>,
    ) -> Result<Self, Refusal> {
        let (column, table) = table.split(target)?;
        let target = Target::read(&column, problem)?;
        let outputs = target.outputs();
        let rows = table.take(&target.rows);
        Self::begin(&rows, column.name, target, outputs, recipe, plan)
    }

    /// # Errors
    /// Text or gaps in a column, fewer rows than clusters.
    pub fn clusters(table: &Table, recipe: &Recipe, options: ClusterOptions) -> Result<Self, Refusal> {
        let target =
            Target { problem: Problem::Regression, labels: Vec::new(), values: Vec::new(), rows: Vec::new() };
        let plan = Plan::Clusters(options);
        let mut training = Self::begin(table, String::new(), target, 1, recipe, &plan)?;
        training.problem = None;
        Ok(training)
    }

    /// Works until about `budget` numbers are touched.
    pub fn step(&mut self, budget: usize) -> Step {
        let mut spent = 0;
        while spent < budget && !self.trainer.is_done() {
            spent += self.trainer.unit().max(1);
        }
        if self.trainer.is_done() {
            return Step::Ready;
        }
        Step::Pending { progress: self.trainer.progress().min(1.0) }
    }

    /// The learning curve so far.
    pub fn curve(&self) -> &Curve {
        self.trainer.curve()
    }

    /// The model as far as it has come; nothing before the first clusters are found.
    pub fn finish(self) -> Option<Model> {
        let (learner, curve) = self.trainer.finish()?;
        Some(Model {
            target: self.target,
            problem: self.problem,
            labels: self.labels,
            pipeline: self.pipeline,
            learner,
            curve,
            seen: self.seen,
        })
    }

    fn begin(
        table: &Table,
        name: String,
        target: Target,
        outputs: usize,
        recipe: &Recipe,
        plan: &Plan,
    ) -> Result<Self, Refusal> {
        let filled = matches!(plan, Plan::Linear(_) | Plan::Perceptron(_));
        let (pipeline, matrix) = Pipeline::fit(table, recipe, filled)?;
        let sample = Arc::new(Sample { matrix, answers: target.values });
        let names: Vec<String> = pipeline.features().iter().map(|feature| feature.name.clone()).collect();
        let trainer = Trainer::new(plan, target.problem, outputs, sample, None, &names)?;
        let (problem, labels, seen) = (Some(target.problem), target.labels, Seen::of(table));
        Ok(Training { trainer, pipeline, target: name, problem, labels, seen })
    }
}

/// Answers as XGBoost itself wants them.
fn numbered(column: &Column, loss: Loss, num_class: u32) -> Result<(Target, usize), Refusal> {
    let problem = loss.problem();
    if problem == Problem::Regression {
        return Ok((Target::read(column, Some(problem))?, 1));
    }
    let numbers = as_numbers(column, false);
    let rows: Vec<u32> =
        (0..column.len()).filter(|row| !column.is_missing(*row)).map(|row| row as u32).collect();
    let values: Vec<f64> = rows.iter().map(|row| numbers[*row as usize]).collect();
    let classes = if problem == Problem::Binary { 2 } else { num_class };
    if classes == 0 {
        return Err(Refusal::NumClassMissing);
    }
    let top = f64::from(classes - 1);
    if !values.iter().all(|value| (0.0..=top).contains(value) && value.fract() == 0.0) {
        let wants = if problem == Problem::Binary { "0 or 1" } else { "a whole number in [0, num_class)" };
        return Err(Refusal::TargetOutOfRange { objective: loss.name(), wants });
    }
    let Some(first) = values.first() else {
        return Err(Refusal::TargetEmpty { column: column.name.clone() });
    };
    if values.iter().all(|value| value == first) {
        return Err(Refusal::TargetConstant { column: column.name.clone(), value: first.to_string() });
    }
    let labels = (0..classes).map(|class| crate::prepare::spell(f64::from(class), column.kind)).collect();
    let outputs = if problem == Problem::Multiclass { classes as usize } else { 1 };
    Ok((Target { problem, labels, values, rows }, outputs))
}
