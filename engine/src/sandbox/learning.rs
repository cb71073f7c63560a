//! CREATE MODEL between the warehouse and the account: rows in, a job in SageMaker out.

use std::sync::Arc;

use serde_json::Value;

use super::Sandbox;
use super::history::push;
use super::outside::AccountOutside;
use crate::aws::Account;
use crate::aws::sagemaker::learning::{self, Order, Produced};
use crate::clock::Instant;
use crate::json::json;
use crate::sql::commands::create_model::{ModelStep, ModelTask};
use crate::sql::error::SqlResult;
use crate::sql::execute::{Context, Operator, Predicted, Pull};
use crate::sql::outcome::Progress;
use crate::sql::outside::{Credentials, OutsideError};
use crate::sql::trainer::{Trainer, TrainingOrder, TrainingResult, TrainingTimes};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::{Logs, Manifest};
use crate::warehouse::model::{Model, ModelOutcome, ModelSource, ModelState};
use crate::warehouse::value::Value as WarehouseValue;

/// One piece of a training; `None` when it is done.
pub(super) fn advance(
    operator: &mut Option<Box<dyn Operator>>,
    task: &mut ModelTask,
    context: &mut Context,
    working: &mut Manifest,
    account: &mut Arc<Account>,
    cluster: &str,
    now: Instant,
) -> SqlResult<Option<Progress>> {
    let user = context.evaluation.settings.get("current_user").cloned().unwrap_or_default();
    let mut outside = AccountOutside { account, now, cluster, user: &user, region: None, acting: None };
    let rows = Progress { rows: context.statistics.rows_scanned, total: None };
    match task.step(&mut outside, working)? {
        ModelStep::Done => Ok(None),
        ModelStep::Learning(part) => Ok(Some(Progress { rows: u64::from(part), total: Some(1_000) })),
        ModelStep::Rows => {
            let Some(reading) = operator else { return Ok(Some(rows)) };
            match reading.pull(context)? {
                Pull::Batch(batch) => {
                    let more = task.take(&batch)?;
                    context.reserve(more)?;
                }
                Pull::Pending => {}
                Pull::End => {
                    *operator = None;
                    task.learn(context.extensions)?;
                }
            }
            Ok(Some(rows))
        }
    }
}

/// The jobs of models that are in `base` and not in `working`.
pub(super) fn dropped(base: &Manifest, working: &Manifest) -> Vec<String> {
    let mut jobs = Vec::new();
    for (name, database) in &base.catalog.databases {
        let left = working.catalog.databases.get(name);
        for model in database.models.values() {
            let stays = left.is_some_and(|left| left.models.contains_key(&model.id));
            if !stays && !model.job.is_empty() {
                jobs.push(model.job.clone());
            }
        }
    }
    jobs
}

/// A log that no relation shows: how much of what a model was asked it had been taught. Query, model, rows, known rows.
const PREDICTIONS: &str = "predictions";

pub(super) fn remember(logs: &mut Arc<Logs>, predicted: Vec<Predicted>, query: i64) {
    for one in predicted {
        let row = vec![
            WarehouseValue::BigInt(query),
            WarehouseValue::Integer(one.model.0 as i32),
            WarehouseValue::BigInt(one.rows as i64),
            WarehouseValue::BigInt(one.known as i64),
        ];
        push(Arc::make_mut(logs), PREDICTIONS, row);
    }
}

pub(super) fn forget(jobs: &[String], account: &mut Arc<Account>, now: Instant) {
    for job in jobs {
        learning::drop_model(Arc::make_mut(account), job, now);
    }
}

impl Sandbox {
    /// Every model with what can be drawn of it, the newest first. Nothing is told of one in training but its name.
    pub fn models(&self) -> Value {
        let now = self.clock.now();
        let databases = self.warehouse.committed.catalog.databases.values();
        let mut models: Vec<&Model> =
            databases.flat_map(|database| database.models.values()).map(AsRef::as_ref).collect();
        models.reverse();
        models
            .into_iter()
            .map(|model| {
                let mut told = json!({
                    "schema": model.schema.to_string(),
                    "name": model.name.to_string(),
                    "function": model.function.to_string(),
                    "state": model.state(now).name(),
                    "created": model.created.0,
                    "ends": model.ends.0,
                    "job": model.job,
                    "target": model.target,
                    "features": model.features.iter().map(|(name, _)| name).collect::<Vec<_>>(),
                    "cost": model.cost,
                    "remote": model.is_remote(),
                    "asked": model.asked,
                });
                if let ModelSource::Query(text) | ModelSource::Table(text) = &model.source {
                    told["source"] = json!(text);
                }
                if let Some(job) = self.account.sagemaker.jobs.iter().find(|job| job.name == model.job) {
                    told["way"] = job.way(now);
                }
                if let (ModelOutcome::Failed(reason), ModelState::Failed) = (&model.outcome, model.state(now))
                {
                    told["reason"] = json!(reason);
                }
                if let Some(learned) = model.learned(now) {
                    told["kind"] = json!(learned.kind);
                    told["metrics"] = json!(learned.metrics);
                    told["sight"] = serde_json::from_str(&learned.sight).unwrap_or_default();
                    if now >= model.explained && !learned.out_of_time {
                        told["explanation"] = serde_json::from_str(&learned.explanation).unwrap_or_default();
                    }
                    told["explained"] = json!(model.explained.0);
                }
                told["asked_of"] = self.asked_of(model);
                told
            })
            .collect()
    }

    /// The last statement that asked the model: when, how many rows, how many of them it had been trained on, its text.
    fn asked_of(&self, model: &Model) -> Value {
        let logs = &self.warehouse.logs.rows;
        let rows = |log: &str| logs.get(log).map_or(&[][..], Vec::as_slice).iter().rev();
        let Some([query, _, asked, known]) = rows(PREDICTIONS).find_map(|row| {
            let row: &[WarehouseValue; 4] = row.as_slice().try_into().ok()?;
            (row[1] == WarehouseValue::Integer(model.id.0 as i32)).then_some(row)
        }) else {
            return Value::Null;
        };
        let text =
            rows("sys_query_history").find(|row| row.get(1) == Some(query)).and_then(|row| row.get(17));
        let number = |value: &WarehouseValue| match value {
            WarehouseValue::BigInt(number) => json!(number),
            WarehouseValue::String(text) => json!(text),
            _ => Value::Null,
        };
        json!({"rows": number(asked), "known": number(known), "text": text.map(number)})
    }

    /// What a call to AWS has changed for models: a job that was stopped, an endpoint that came or went.
    pub(super) fn follow_jobs(&mut self) {
        let (now, account) = (self.clock.now(), &self.account);
        let mut changed: Vec<(Identifier, Model)> = Vec::new();
        for (name, database) in &self.warehouse.committed.catalog.databases {
            for model in database.models.values() {
                if let Some(new) = followed(model, account, now) {
                    changed.push((name.clone(), new));
                }
            }
        }
        if changed.is_empty() {
            return;
        }
        let manifest = Arc::make_mut(&mut self.warehouse.committed);
        manifest.version += 1;
        for (name, model) in changed {
            if let Some(database) = manifest.catalog.database_mut(&name) {
                database.models.insert(model.id, Arc::new(model));
            }
        }
    }
}

/// The model as the account has it now, where that is news.
fn followed(model: &Model, account: &Account, now: Instant) -> Option<Model> {
    if let ModelSource::Endpoint(endpoint) = &model.source {
        let silent = learning::answering(account, endpoint, &account.region, now).err();
        return (silent != model.silent).then(|| Model { silent, ..model.clone() });
    }
    if now < model.ends && learning::was_stopped(account, &model.job) {
        // Unconfirmed.
        let outcome = ModelOutcome::Failed("The training job was stopped.".to_owned());
        return Some(Model { outcome, ends: now, explained: now, ..model.clone() });
    }
    None
}

fn order(order: &TrainingOrder) -> Order<'_> {
    Order {
        model: &order.model,
        bucket: &order.bucket,
        algorithm: order.algorithm,
        target: &order.target,
        problem: &order.problem,
        objective: &order.objective,
        max_runtime: order.max_runtime,
        keep_artefacts: order.keep_artefacts,
        kms_key: order.kms_key.as_deref(),
        tags: &order.tags,
    }
}

pub(super) fn produced(result: TrainingResult) -> Produced {
    Produced {
        data: result.data.into(),
        cells: result.cells,
        artefact: result.artefact.into(),
        problem: result.problem,
        objective: result.objective,
        metric: result.metric,
        candidates: result.candidates,
        best: result.best,
        hyperparameters: result.hyperparameters,
        exploration: result.exploration,
        definition: result.definition,
        failure: result.failure,
    }
}

impl Trainer for AccountOutside<'_> {
    fn may_train(&mut self, wanted: &TrainingOrder) -> Result<String, OutsideError> {
        self.ask(&wanted.credentials, |account, reader| learning::may_begin(account, reader, &order(wanted)))
    }

    fn train(
        &mut self,
        wanted: &TrainingOrder,
        job: &str,
        result: TrainingResult,
    ) -> Result<TrainingTimes, OutsideError> {
        let produced = produced(result);
        let times = self.ask(&wanted.credentials, |account, reader| {
            learning::begin(account, reader, &order(wanted), job, produced)
        })?;
        Ok(TrainingTimes {
            ends: times.ends,
            explained: times.explained,
            cost: times.cost,
            out_of_time: times.out_of_time,
            failure: times.failure,
        })
    }

    fn artefact(&mut self, credentials: &Credentials, from: &str) -> Result<Arc<[u8]>, OutsideError> {
        self.ask(credentials, |account, reader| learning::artefact(account, reader, from))
    }

    fn endpoint(
        &mut self,
        credentials: &Credentials,
        endpoint: &str,
        _model: Option<&str>,
    ) -> Result<Arc<[u8]>, OutsideError> {
        self.ask(credentials, |account, reader| learning::served(account, reader, endpoint))
    }
}
