//! A CREATE MODEL on its way: asked for outside, its rows gathered, learned from, put down.

use std::sync::Arc;

use sandshift_ml::task::{Answer, Manner, Task, Trained};

use super::gathering::{Gathering, csv};
use super::rules::{
    DEFAULT_CELLS, DEFAULT_RUNTIME, LEAST_ROWS, invalid, manner, must_be_learnable, must_fit, tags,
};
use crate::extension::{Extension, Extensions, Progress, Work};
use crate::gap::Feature;
use crate::sql::commands::CommandContext;
use crate::sql::commands::copy;
use crate::sql::commands::copy::failure::Failure;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Batch;
use crate::sql::outside::{Credentials, OutsideError};
use crate::sql::plan::Plan;
use crate::sql::statement::{CreateModel, ModelFrom};
use crate::sql::trainer::{Trainer, TrainingOrder, TrainingResult};
use crate::warehouse::access::Privilege;
use crate::warehouse::assume_role::{IamRole, RoleCommand};
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::model::{Learned, Model, ModelOutcome, ModelSource};
use crate::warehouse::routine::{Argument, ArgumentMode, Routine, RoutineKind};
use crate::warehouse::system_role::SystemPermission;

/// Candidates that a search tries. Autopilot trains a hundred; the best of ours differ from the best of more in the
/// fourth digit (`cargo xtask ml`).
const CANDIDATES: u32 = 12;
/// Numbers touched in one step: some milliseconds.
const STEP: u64 = 2_000_000;
/// Behind which an artefact is a model of ours: the product's are archives of its containers' files.
const ARTEFACT: &[u8] = b"sandshift-model\n";

pub struct ModelTask {
    database: Identifier,
    model: Model,
    manner: Option<Manner>,
    order: TrainingOrder,
    from: Option<(String, Option<String>)>,
    seed: u64,
    query: u64,
    process: u32,
    rows: Gathering,
    stage: Stage,
}

enum Stage {
    Asking,
    Gathering,
    Learning { work: Box<dyn Work>, data: Vec<u8>, cells: u64 },
    Over,
}

/// What a step came to.
pub enum ModelStep {
    /// Rows are wanted.
    Rows,
    /// Of a thousand.
    Learning(u16),
    Done,
}

impl ModelTask {
    /// Everything that can be told before any row is read. `plan` is the training query's.
    ///
    /// # Errors
    /// In the product's order: rights, names, clauses, types, the right to act under the role.
    pub fn start(
        create: &CreateModel,
        plan: Option<&Plan>,
        query: u64,
        context: &mut CommandContext<'_>,
    ) -> SqlResult<ModelTask> {
        if context.session.is_in_block() {
            // Unconfirmed: the rule is a macro's of a public package, the sentence follows that of other commands.
            return Err(SqlError::product("25001", "CREATE MODEL cannot run inside a transaction block"));
        }
        context.rights().may_make_models()?;
        must_fit(create)?;
        let place = context.place_for(&create.name, false, SystemPermission::CreateModel)?;
        let schema = place.schema;
        // The system permission does not stand for CREATE on the schema here.
        context.rights().on_schema(context.schema(&schema)?, Privilege::Create)?;
        if context.database()?.model(&schema, &create.name.name).is_some() {
            return Err(SqlError::product("42710", format!("Model \"{}\" already exists", create.name.name)));
        }
        if create.function.schema.as_ref().is_some_and(|written| *written != schema) {
            return Err(invalid("The function must be in the schema of the model"));
        }
        let fields = plan.map_or(&[][..], Plan::fields);
        let mut target = None;
        if plan.is_some() {
            target = must_be_learnable(create, fields)?;
        }
        let credentials = match &create.role {
            None => Credentials::DefaultRole,
            Some(arn) => copy::role_credentials(arn)?,
        };
        let role = match &create.role {
            None => IamRole::Default,
            Some(arn) => IamRole::Arn(arn.clone()),
        };
        context.rights().may_assume(&role, RoleCommand::CreateModel)?;
        let mut features: Vec<(String, DataType)> = Vec::new();
        for (_, field) in fields.iter().enumerate().filter(|(at, _)| Some(*at) != target) {
            features.push((field.name.clone(), argument_type(field.data_type)));
        }
        if let Some(types) = &create.arguments {
            features = types.iter().map(|data_type| (String::new(), argument_type(*data_type))).collect();
        }
        let returns = match (create.returns, target) {
            (Some(returns), _) => returns,
            (None, Some(target)) => fields[target].data_type,
            // The number of a cluster.
            (None, None) => DataType::Integer,
        };
        must_be_free(&schema, &create.function.name, &features, context)?;
        let settings = &create.settings;
        let source = match &create.from {
            ModelFrom::Table(name) => ModelSource::Table(name.to_string()),
            ModelFrom::Query(_, text) => ModelSource::Query(text.clone()),
            ModelFrom::Brought(from) => ModelSource::Brought(from.clone()),
            ModelFrom::Endpoint(endpoint, _) => ModelSource::Endpoint(endpoint.clone()),
        };
        let off = create.auto == Some(false);
        let asked = [
            create.model_type.map_or("", sandshift_ml::Algorithm::name).to_owned(),
            create.problem.map_or("", sandshift_ml::Problem::name).to_owned(),
            create.objective.clone().unwrap_or_default(),
        ];
        let order = TrainingOrder {
            model: format!("{schema}.{}", create.name.name),
            credentials,
            bucket: settings.bucket.clone().unwrap_or_default(),
            algorithm: create.model_type.filter(|_| off).map(sandshift_ml::Algorithm::name),
            target: target.map_or_else(String::new, |target| fields[target].name.clone()),
            problem: asked[1].clone(),
            objective: asked[2].clone(),
            max_runtime: settings.max_runtime.unwrap_or(DEFAULT_RUNTIME),
            max_cells: settings.max_cells.unwrap_or(DEFAULT_CELLS),
            keep_artefacts: settings.keep_artefacts,
            kms_key: settings.kms_key.clone(),
            tags: settings.tags.as_deref().map(tags).unwrap_or_default(),
        };
        let model = Model {
            id: ObjectId(0),
            schema,
            name: create.name.name.clone(),
            owner: context.user(),
            acl: Default::default(),
            created: context.now,
            function: create.function.name.clone(),
            returns,
            features,
            source,
            target: order.target.clone(),
            role: create.role.clone().unwrap_or_else(|| "default-aws-iam-role".to_owned()),
            bucket: order.bucket.clone(),
            kms_key: order.kms_key.clone(),
            max_runtime: order.max_runtime,
            auto: !off,
            asked,
            job: String::new(),
            hyperparameters: Vec::new(),
            cost: 0.0,
            ends: context.now,
            explained: context.now,
            outcome: ModelOutcome::Failed(String::new()),
            silent: None,
        };
        let names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
        let types: Vec<DataType> = fields.iter().map(|field| field.data_type).collect();
        let most = order.max_cells / (names.len().max(1) as u64);
        let from = match &create.from {
            ModelFrom::Brought(from) => Some((from.clone(), None)),
            ModelFrom::Endpoint(endpoint, model) => Some((endpoint.clone(), model.clone())),
            ModelFrom::Table(_) | ModelFrom::Query(..) => None,
        };
        let seed = 42;
        Ok(ModelTask {
            database: context.session.database.clone(),
            model,
            manner: manner(create),
            order,
            from,
            seed,
            query,
            process: context.session.id.0,
            rows: Gathering::new(&names, &types, most, seed),
            stage: Stage::Asking,
        })
    }

    /// Bytes that its rows take more than before, about.
    ///
    /// # Errors
    /// A column of an unknown layout.
    pub fn take(&mut self, batch: &Batch) -> SqlResult<u64> {
        let before = self.rows.bytes();
        self.rows.take(batch)?;
        Ok(self.rows.bytes().saturating_sub(before))
    }

    /// There are no more rows.
    ///
    /// # Errors
    /// Too few of them.
    pub fn learn(&mut self, extensions: Extensions) -> SqlResult<()> {
        let Some(manner) = self.manner.take() else {
            return Err(SqlError::bug("a training without a manner"));
        };
        if self.rows.rows() < LEAST_ROWS {
            return Err(invalid(format!(
                "Insufficient training data. At least {LEAST_ROWS} rows are required, got {}.",
                self.rows.rows()
            )));
        }
        let nothing = Gathering::new(&[], &[], 1, 0);
        let columns = std::mem::replace(&mut self.rows, nothing).finish();
        let cells = columns.iter().map(|column| column.len() as u64).sum();
        let data = csv(&columns);
        let task = Task {
            job: self.model.job.clone(),
            columns,
            csv: None,
            target: self.order.target.clone(),
            manner,
            candidates: CANDIDATES,
            seed: self.seed,
        };
        let task =
            postcard::to_allocvec(&task).map_err(|_| SqlError::bug("a training that cannot be written"))?;
        self.stage = Stage::Learning { work: extensions.begin(Extension::Learning, task), data, cells };
        Ok(())
    }

    /// One bounded piece of work.
    ///
    /// # Errors
    /// What the outside refuses; what cannot be asked of the learners.
    pub fn step(&mut self, trainer: &mut dyn Trainer, working: &mut Manifest) -> SqlResult<ModelStep> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Asking => match self.from.clone() {
                Some((from, model)) => {
                    self.bring(trainer, &from, model.as_deref())?;
                    self.put(working)?;
                    Ok(ModelStep::Done)
                }
                None => {
                    let job = trainer.may_train(&self.order).map_err(|error| self.refused(&error))?;
                    self.model.job = job;
                    self.stage = Stage::Gathering;
                    Ok(ModelStep::Rows)
                }
            },
            Stage::Gathering => {
                self.stage = Stage::Gathering;
                Ok(ModelStep::Rows)
            }
            Stage::Learning { mut work, data, cells } => match work.step(STEP) {
                Progress::Fetching => {
                    self.stage = Stage::Learning { work, data, cells };
                    Ok(ModelStep::Learning(0))
                }
                Progress::Working(part) => {
                    self.stage = Stage::Learning { work, data, cells };
                    Ok(ModelStep::Learning(part))
                }
                Progress::Done(answer) => {
                    let answer = postcard::from_bytes(&answer)
                        .map_err(|_| SqlError::bug("a training's answer cannot be read"))?;
                    self.learned(trainer, answer, data, cells)?;
                    self.put(working)?;
                    Ok(ModelStep::Done)
                }
                Progress::Failed(reason) => Err(invalid(reason)),
                Progress::Lost(why) => Err(SqlError::bug(format!("the learners are out of reach: {why}"))),
            },
            Stage::Over => Err(SqlError::bug("a training that is over")),
        }
    }

    fn learned(
        &mut self,
        trainer: &mut dyn Trainer,
        answer: Answer,
        data: Vec<u8>,
        cells: u64,
    ) -> SqlResult<()> {
        let mut result = TrainingResult { data, cells, ..TrainingResult::default() };
        let mut outcome = match answer {
            Answer::Failed(reason) => {
                result.failure = Some(reason.clone());
                ModelOutcome::Failed(reason)
            }
            Answer::Trained(trained) => {
                let trained = *trained;
                let problem = trained.problem.clone();
                note(&mut result, &trained);
                self.model.hyperparameters =
                    if self.model.auto { Vec::new() } else { trained.hyperparameters };
                ModelOutcome::Learned(Arc::new(Learned {
                    bytes: trained.model,
                    kind: [trained.algorithm, problem, trained.objective],
                    metrics: trained.metrics,
                    explanation: trained.explanation,
                    sight: trained.sight,
                    out_of_time: false,
                }))
            }
        };
        let job = self.model.job.clone();
        let times = trainer.train(&self.order, &job, result).map_err(|error| self.refused(&error))?;
        if let Some(reason) = times.failure {
            outcome = ModelOutcome::Failed(reason);
        }
        if let ModelOutcome::Learned(learned) = &mut outcome {
            Arc::make_mut(learned).out_of_time = times.out_of_time;
        }
        (self.model.ends, self.model.explained, self.model.cost) = (times.ends, times.explained, times.cost);
        self.model.outcome = outcome;
        Ok(())
    }

    fn bring(&mut self, trainer: &mut dyn Trainer, from: &str, name: Option<&str>) -> SqlResult<()> {
        let credentials = &self.order.credentials;
        let artefact = match self.model.is_remote() {
            true => trainer.endpoint(credentials, from, name),
            false => trainer.artefact(credentials, from),
        };
        let artefact = artefact.map_err(|error| self.refused(&error))?;
        let foreign = || SqlError::not_simulated_because(Feature::BroughtModel, from.to_owned());
        let bytes = artefact.strip_prefix(ARTEFACT).ok_or_else(foreign)?.to_vec();
        let found: sandshift_ml::Model = postcard::from_bytes(&bytes).map_err(|_| foreign())?;
        let (given, wanted) = (self.model.features.len(), found.pipeline.columns().count());
        if given != wanted {
            // Unconfirmed: the product finds out when the function is called.
            return Err(invalid(format!("The model takes {wanted} arguments; the function has {given}.")));
        }
        let algorithm = found.learner.algorithm().name().to_owned();
        let problem = found.problem.map_or("", sandshift_ml::Problem::name).to_owned();
        let kind = [algorithm, problem, String::new()];
        self.model.outcome = ModelOutcome::Learned(Arc::new(Learned { bytes, kind, ..Learned::default() }));
        Ok(())
    }

    /// The model and its functions, in the catalog.
    fn put(&mut self, working: &mut Manifest) -> SqlResult<()> {
        let gone = || SqlError::bug("the database of a model is gone");
        let mut model = self.model.clone();
        model.id = working.catalog.allocate();
        let mut functions = vec![(model.function.clone(), model.returns, false)];
        if super::super::show_model::has_probabilities(&model, model.created) && self.from.is_none() {
            let name = Identifier::kept(&format!("{}_prob", model.function));
            functions.push((name, DataType::Super, true));
        }
        let argument = |(name, data_type): &(String, DataType)| Argument {
            mode: ArgumentMode::In,
            name: (!name.is_empty()).then(|| Identifier::kept(name)),
            data_type: *data_type,
            cursor: false,
        };
        for (name, returns, probability) in functions {
            let id = working.catalog.allocate();
            let routine = Routine {
                id,
                schema: model.schema.clone(),
                name,
                owner: model.owner,
                acl: Default::default(),
                arguments: model.features.iter().map(argument).collect(),
                body: String::new(),
                created: model.created,
                kind: RoutineKind::Prediction { model: model.id, returns, probability },
            };
            let database = working.catalog.database_mut(&self.database).ok_or_else(gone)?;
            database.routines.insert(id, Arc::new(routine));
        }
        let database = working.catalog.database_mut(&self.database).ok_or_else(gone)?;
        database.models.insert(model.id, Arc::new(model));
        Ok(())
    }

    fn refused(&self, error: &OutsideError) -> SqlError {
        Failure { query: self.query, process: self.process }.refused(error)
    }
}

/// What the outside is told of a training.
pub fn note(result: &mut TrainingResult, trained: &Trained) {
    result.artefact = [ARTEFACT, &trained.model].concat();
    result.problem.clone_from(&trained.problem);
    result.objective.clone_from(&trained.objective);
    result.metric = trained.metrics.first().map(|(name, _)| name.clone()).unwrap_or_default();
    result.candidates = trained
        .candidates
        .iter()
        .map(|tried| (tried.algorithm.clone(), tried.recipe.clone(), tried.value))
        .collect();
    result.best = trained.best as usize;
    result.hyperparameters.clone_from(&trained.hyperparameters);
    result.exploration.clone_from(&trained.exploration);
    result.definition.clone_from(&trained.definition);
}

/// A signature keeps no length of text: what is passed is not cut.
fn argument_type(data_type: DataType) -> DataType {
    match data_type {
        DataType::Char(_) | DataType::Varchar(_) | DataType::Caseless { .. } => {
            DataType::Varchar(DataType::VARCHAR_MAX)
        }
        other => other,
    }
}

/// No function of this name takes the same types.
fn must_be_free(
    schema: &Identifier,
    name: &Identifier,
    features: &[(String, DataType)],
    context: &CommandContext<'_>,
) -> SqlResult<()> {
    let types: Vec<String> =
        features.iter().map(|(_, kind)| crate::warehouse::routine::bare_type(*kind)).collect();
    let mut named = context.database()?.routines_named(schema, name);
    if named.any(|routine| routine.inputs().map(Argument::type_name).eq(types.iter().cloned())) {
        let message = format!("function \"{name}\" already exists with same argument types");
        return Err(SqlError::product("42723", message));
    }
    Ok(())
}
