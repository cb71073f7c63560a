//! A task worked on in steps: trained, then explained, then written down.

use std::sync::Arc;

use sandshift_extension::{Progress, Work};
use serde_json::json;

use super::sight::{self, Looked};
use super::{Answer, Manner, Task, Trained, Tried, notebook};
use crate::clusters::ClusterOptions;
use crate::explain::{Explaining, Explanation};
use crate::explore::Exploration;
use crate::hyperparameter::Settings;
use crate::learner::{Algorithm, Learner};
use crate::linear::LinearOptions;
use crate::metric::Metric;
use crate::model::Model;
use crate::prepare::Recipe;
use crate::refusal::Refusal;
use crate::search::{Candidate, Outcome, Request, Search};
use crate::table::Table;
use crate::target::Problem;
use crate::training::{Plan, Step, Training};
use crate::tree::{BoostingOptions, Loss};

/// XGBoost's objective when none is named. Unconfirmed: the guide does not say.
const DEFAULT_OBJECTIVE: &str = "reg:squarederror";

/// Candidates that are described when none is to be trained: as many as CREATE MODEL tries.
const DEFINED: usize = 12;

/// Of a thousand: where training ends and explaining begins.
const TRAINED: f64 = 930.0;

/// Begins the work that `task` (a [`Task`]) describes; its answer is an [`Answer`].
pub fn begin(task: Vec<u8>) -> Box<dyn Work> {
    let learning = match postcard::from_bytes::<Task>(&task) {
        Ok(task) => Learning::new(task),
        Err(_) => Learning::over(Progress::Failed("the task cannot be read".to_owned())),
    };
    Box::new(learning)
}

struct Learning {
    table: Table,
    job: String,
    target: String,
    seed: u64,
    /// Data and candidates are described, nothing is trained.
    only_definitions: bool,
    state: State,
}

enum State {
    Searching(Box<Search>),
    Training(Box<Training>, Vec<(String, String)>),
    Explaining(Box<Explaining>, Box<Trained>),
    Over(Progress),
}

/// Whether the job would be begun and fail on the data, rather than be refused as it is asked for.
fn is_of_data(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::NoUsableFeature
            | Refusal::TargetEmpty { .. }
            | Refusal::TargetConstant { .. }
            | Refusal::TargetNotNumeric { .. }
            | Refusal::TargetNotTwoClasses { .. }
            | Refusal::TooManyClasses { .. }
            | Refusal::ClassTooSmall { .. }
            | Refusal::TargetOutOfRange { .. }
            | Refusal::NotANumber { .. }
            | Refusal::MissingValues { .. }
            | Refusal::TooFewRowsForClusters { .. }
    )
}

fn refused(refusal: &Refusal) -> Progress {
    if is_of_data(refusal) {
        done(&Answer::Failed(refusal.to_string()))
    } else {
        Progress::Failed(refusal.to_string())
    }
}

fn done(answer: &Answer) -> Progress {
    match postcard::to_allocvec(answer) {
        Ok(bytes) => Progress::Done(bytes),
        Err(_) => Progress::Failed("the answer cannot be written".to_owned()),
    }
}

impl Learning {
    fn over(progress: Progress) -> Learning {
        let nothing = String::new();
        Learning {
            table: Table::empty(),
            job: nothing.clone(),
            target: nothing,
            seed: 0,
            only_definitions: false,
            state: State::Over(progress),
        }
    }

    fn new(task: Task) -> Learning {
        match Learning::start(task) {
            Ok(learning) => learning,
            Err(refusal) => Learning::over(refused(&refusal)),
        }
    }

    fn start(task: Task) -> Result<Learning, Refusal> {
        let columns = match &task.csv {
            Some(csv) => super::csv::columns(csv),
            None => task.columns,
        };
        let table = Table::new(columns)?;
        let recipe =
            |text: Option<String>, clusters| text.map(|text| Recipe::read(&text, clusters)).transpose();
        let pairs = |settings: &[(String, String)]| -> Vec<(String, String)> { settings.to_vec() };
        let read = |algorithm, settings: &[(String, String)]| {
            Settings::read(algorithm, settings.iter().map(|(key, value)| (&**key, &**value)))
        };
        let shown = |settings: &Settings| -> Vec<(String, String)> {
            settings.all().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
        };
        let state = match task.manner {
            Manner::Search { problem, objective, only, preprocessors } => {
                let recipe = recipe(preprocessors, false)?;
                let objective = match objective {
                    Some(objective) => {
                        let (column, _) = table.clone().split(&task.target)?;
                        let problem = match problem {
                            Some(problem) => problem,
                            None => crate::target::Target::read(&column, None)?.problem,
                        };
                        Some(Metric::objective(&objective, problem)?)
                    }
                    None => None,
                };
                State::Searching(Box::new(Search::new(Request {
                    table: table.clone(),
                    target: task.target.clone(),
                    problem,
                    objective,
                    only,
                    recipe,
                    candidates: if task.candidates == 0 { DEFINED } else { task.candidates as usize },
                    seed: task.seed,
                })?))
            }
            Manner::Trees { objective, preprocessors, settings } => {
                let recipe = recipe(preprocessors, false)?.unwrap_or_default();
                let objective = objective.as_deref().unwrap_or(DEFAULT_OBJECTIVE);
                let loss = Loss::read(objective)?;
                let settings = read(Algorithm::XgBoost, &pairs(&settings))?;
                let options = BoostingOptions::of(&settings);
                let classes = settings.whole("num_class");
                let mut shown = shown(&settings);
                shown.insert(0, ("objective".to_owned(), loss.name().to_owned()));
                let training = Training::trees(table.clone(), &task.target, &recipe, options, loss, classes)?;
                State::Training(Box::new(training), shown)
            }
            Manner::Clusters { preprocessors, settings } => {
                let recipe = recipe(preprocessors, true)?.unwrap_or_default();
                let settings = read(Algorithm::KMeans, &pairs(&settings))?;
                let options = ClusterOptions::of(&settings);
                let mut shown = shown(&settings);
                shown.retain(|(key, _)| key != "feature_dim");
                shown.insert(0, ("feature_dim".to_owned(), table.columns().len().to_string()));
                State::Training(Box::new(Training::clusters(&table, &recipe, options)?), shown)
            }
            Manner::Linear { settings } => {
                let settings = read(Algorithm::LinearLearner, &pairs(&settings))?;
                let shown = shown(&settings);
                State::Training(Box::new(linear(&table, &task.target, &settings)?), shown)
            }
        };
        let only_definitions = task.candidates == 0;
        Ok(Learning { table, job: task.job, target: task.target, seed: task.seed, only_definitions, state })
    }

    /// What is still to be told of a finished search, and then its explanation.
    fn searched(&self, outcome: Outcome) -> Result<State, Refusal> {
        let model = Arc::new(outcome.model.clone());
        let winner = outcome.winner();
        let name = format!("validation:{}", outcome.objective.tuning_name(outcome.problem));
        let trained = Trained {
            model: stored(&model),
            algorithm: winner.plan.algorithm().name().to_owned(),
            problem: outcome.problem.name().to_owned(),
            objective: outcome.objective.name().to_owned(),
            metrics: vec![(name, winner.value.unwrap_or(0.0))],
            hyperparameters: winner
                .hyperparameters()
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
            candidates: outcome
                .candidates
                .iter()
                .map(|candidate| Tried {
                    algorithm: candidate.plan.algorithm().name().to_owned(),
                    recipe: candidate.recipe.describe(),
                    value: candidate.value.unwrap_or(0.0),
                })
                .collect(),
            best: outcome.best,
            sight: sight::of(&Looked {
                model: &model,
                table: &self.table,
                report: Some(&outcome.validation),
                held_out: true,
                curve: &winner.curve,
                exploration: Some(&outcome.exploration),
            })
            .to_string(),
            explanation: String::new(),
            ..self.notebooks(
                &outcome.exploration,
                (outcome.problem, outcome.objective),
                &outcome.candidates,
                Some(outcome.best as usize),
            )
        };
        self.explained(model, trained)
    }

    /// What is written of a job's data and candidates.
    fn notebooks(
        &self,
        explored: &Exploration,
        aim: (Problem, Metric),
        candidates: &[Candidate],
        best: Option<usize>,
    ) -> Trained {
        Trained {
            exploration: notebook::exploration(&self.job, &self.target, &self.table, explored, aim.0)
                .to_string(),
            definition: notebook::definition(&self.job, aim, candidates, best).to_string(),
            ..Trained::default()
        }
    }

    /// A search that goes no further than its proposals.
    fn defined(&self, search: &Search, explored: &Exploration) -> State {
        let aim = (search.problem(), search.objective());
        let trained = Trained {
            problem: aim.0.name().to_owned(),
            objective: aim.1.name().to_owned(),
            ..self.notebooks(explored, aim, search.candidates(), None)
        };
        State::Over(done(&Answer::Trained(Box::new(trained))))
    }

    /// The same for AUTO OFF.
    fn trained(&self, model: Model, hyperparameters: Vec<(String, String)>) -> Result<State, Refusal> {
        let report = match model.problem {
            Some(_) => {
                let (answers, features) = self.table.clone().split(&self.target)?;
                Some(model.evaluate(&features, &answers)?)
            }
            None => None,
        };
        let score = |metric| report.as_ref().and_then(|report| report.score(metric)).unwrap_or(0.0);
        let metrics: Vec<(&str, f64)> = match (&model.learner, model.problem) {
            (Learner::Clusters(clusters), _) => vec![
                ("train:msd", clusters.msd),
                ("train:progress", 100.0),
                // Rows a pass: seconds are not the same on two machines. Unconfirmed as a figure.
                ("train:throughput", self.table.rows() as f64),
            ],
            (_, Some(Problem::Regression)) => vec![("train:rmse", score(Metric::Rmse))],
            (_, Some(Problem::Multiclass)) => vec![("train:merror", 1.0 - score(Metric::Accuracy))],
            _ => vec![("train:error", 1.0 - score(Metric::Accuracy))],
        };
        let model = Arc::new(model);
        let objective = hyperparameters.iter().find(|(key, _)| key == "objective");
        let trained = Trained {
            model: stored(&model),
            algorithm: model.learner.algorithm().name().to_owned(),
            problem: model.problem.map_or("", Problem::name).to_owned(),
            objective: objective.map(|(_, objective)| objective.clone()).unwrap_or_default(),
            metrics: metrics.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            sight: sight::of(&Looked {
                model: &model,
                table: &self.table,
                report: report.as_ref(),
                held_out: false,
                curve: &model.curve,
                exploration: None,
            })
            .to_string(),
            hyperparameters,
            ..Trained::default()
        };
        self.explained(model, trained)
    }

    /// The product explains models of XGBoost alone.
    fn explained(&self, model: Arc<Model>, trained: Trained) -> Result<State, Refusal> {
        if model.learner.algorithm() != Algorithm::XgBoost {
            return Ok(State::Over(done(&Answer::Trained(Box::new(trained)))));
        }
        let (_, features) = self.table.clone().split(&self.target)?;
        Ok(State::Explaining(Box::new(Explaining::new(model, &features, self.seed)?), Box::new(trained)))
    }

    fn advance(&mut self, budget: usize) -> Result<(State, f64), Refusal> {
        let state = std::mem::replace(&mut self.state, State::Over(Progress::Working(0)));
        Ok(match state {
            State::Searching(mut search) => match search.step(budget)? {
                Step::Pending { progress } => match search.exploration() {
                    Some(explored) if self.only_definitions => (self.defined(&search, explored), 1000.0),
                    _ => (State::Searching(search), progress * TRAINED),
                },
                Step::Ready => match search.finish() {
                    Some(outcome) => (self.searched(outcome)?, TRAINED),
                    None => (State::Over(lost()), TRAINED),
                },
            },
            State::Training(mut training, shown) => match training.step(budget) {
                Step::Pending { progress } => (State::Training(training, shown), progress * TRAINED),
                Step::Ready => match training.finish() {
                    Some(model) => (self.trained(model, shown)?, TRAINED),
                    None => (State::Over(lost()), TRAINED),
                },
            },
            State::Explaining(mut explaining, mut trained) => match explaining.step(budget) {
                Step::Pending { progress } => {
                    (State::Explaining(explaining, trained), TRAINED + progress * (1000.0 - TRAINED))
                }
                Step::Ready => {
                    trained.explanation = explanation(&explaining.finish());
                    (State::Over(done(&Answer::Trained(trained))), 1000.0)
                }
            },
            State::Over(progress) => (State::Over(progress), 1000.0),
        })
    }
}

impl Work for Learning {
    fn step(&mut self, budget: u64) -> Progress {
        let budget = usize::try_from(budget).unwrap_or(usize::MAX);
        match self.advance(budget) {
            Ok((State::Over(progress), _)) => progress,
            Ok((state, progress)) => {
                self.state = state;
                Progress::Working(progress as u16)
            }
            Err(refusal) => refused(&refusal),
        }
    }
}

fn lost() -> Progress {
    done(&Answer::Failed("Autopilot candidate has no models".to_owned()))
}

fn stored(model: &Model) -> Vec<u8> {
    postcard::to_allocvec(model).unwrap_or_default()
}

/// SageMaker's linear learner: classes are numbered from 0.
fn linear(table: &Table, target: &str, settings: &Settings) -> Result<Training, Refusal> {
    let problem = match settings.text("predictor_type") {
        "regressor" => Problem::Regression,
        "binary_classifier" => Problem::Binary,
        _ => Problem::Multiclass,
    };
    if problem != Problem::Regression {
        let (answers, _) = table.clone().split(target)?;
        let classes = if problem == Problem::Binary { 2 } else { settings.whole("num_classes") };
        let numbers = crate::prepare::as_numbers(&answers, false);
        let fits = |number: &f64| number.fract() == 0.0 && (0.0..f64::from(classes)).contains(number);
        if !numbers.iter().all(fits) {
            let (objective, wants) =
                ("predictor_type", "a whole number from 0, less than the number of classes");
            return Err(Refusal::TargetOutOfRange { objective, wants });
        }
    }
    let scaled = if settings.text("normalize_data") == "true" { ",\"StandardScaler\"" } else { "" };
    let recipe = format!(r#"[{{"ColumnSet":["*"],"Transformers":["NumericPassthrough"{scaled}]}}]"#);
    let recipe = Recipe::read(&recipe, false)?;
    let options = LinearOptions::of(settings, table.rows());
    Training::new(table.clone(), target, &recipe, &Plan::Linear(options), Some(problem))
}

/// As EXPLAIN_MODEL prints it.
fn explanation(explanation: &Explanation) -> String {
    let mut labels = serde_json::Map::new();
    for (at, label) in explanation.labels.iter().enumerate() {
        let values: serde_json::Map<String, serde_json::Value> =
            label.global_shap_values.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        labels.insert(
            format!("label{at}"),
            json!({"global_shap_values": values, "expected_value": label.expected_value}),
        );
    }
    json!({"version": "1.0", "explanations": {"kernel_shap": labels}}).to_string()
}
