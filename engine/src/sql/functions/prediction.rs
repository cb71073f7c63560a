//! Prediction functions, a column at a time, and EXPLAIN_MODEL (Developer Guide, "Using machine learning in Amazon
//! Redshift").

use arrow::array::ArrayRef;
use sandshift_ml::{Column, Model as Trained, Overlap, Prediction, Problem, Table};

use super::signature::{Answer, Entry, Parameter::Text};
use super::{Call, ScalarFunction, Site};
use crate::sql::authorize::rights::Rights;
use crate::sql::commands::create_model::columns::column;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::array::{array_of, value_at};
use crate::sql::execute::{Evaluation, EvaluationContext, Predicted};
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::model::{Learned, Model, ModelOutcome, ModelState};
use crate::warehouse::value::Value;

/// What a call of a model's function is bound to: its number, whether probabilities are asked for, its features.
pub static PREDICT: ScalarFunction =
    ScalarFunction { name: "ml_predict", site: Site::Anywhere, pure: false, evaluate: predict };

pub(super) static FUNCTIONS: &[Entry] =
    &[Entry::fixed("explain_model", &[Text], Answer::Type(DataType::Super), explain).impure()];

fn predict(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let result = call.result;
    if call.rows == 0 {
        return Ok(array_of(&[], result));
    }
    let number = match value_at(call.argument(0)?, DataType::Integer, 0) {
        Value::Integer(number) => ObjectId(number as u32),
        _ => return Err(SqlError::bug("a prediction without a model")),
    };
    let probability = value_at(call.argument(1)?, DataType::Boolean, 0) == Value::Boolean(true);
    let evaluation = &*context.evaluation;
    let mut databases = evaluation.manifest.catalog.databases.values();
    let model = databases.find_map(|database| database.models.get(&number));
    let model = model.ok_or_else(|| SqlError::bug("a prediction function without a model"))?;
    let learned = usable(model, evaluation)?;
    let trained: Trained =
        postcard::from_bytes(&learned.bytes).map_err(|_| SqlError::bug("a model that cannot be read"))?;
    let columns: Vec<Column> = model
        .features
        .iter()
        .enumerate()
        .map(|(at, (name, _))| column(name, call.argument(at + 2)?, call.data_type(at + 2), call.rows))
        .collect::<SqlResult<_>>()?;
    let refused = |refusal: sandshift_ml::Refusal| SqlError::product("22023", refusal.to_string());
    let table = Table::new(columns).map_err(refused)?;
    let prediction = trained.predict(&table).map_err(refused)?;
    if let Some(overlap) = trained.seen.among(&table).filter(|_| trained.problem.is_some()) {
        note(&mut context.evaluation.predicted, number, probability, overlap);
    }
    let row = |row: usize| match probability {
        true => Value::string(probabilities(&trained, &prediction, row)),
        false => answer(&trained, prediction.values[row], result),
    };
    let values: Vec<Value> = (0..call.rows).map(row).collect();
    Ok(array_of(&values, result))
}

fn note(predicted: &mut Vec<Predicted>, model: ObjectId, probability: bool, found: Overlap) {
    match predicted.iter_mut().find(|one| one.model == model && one.probability == probability) {
        Some(one) => (one.rows, one.known) = (one.rows + found.of, one.known + found.rows),
        None => predicted.push(Predicted { model, probability, rows: found.of, known: found.rows }),
    }
}

/// The product's sentence for a failed model; that for one in training follows it (unconfirmed).
fn usable<'a>(model: &'a Model, evaluation: &Evaluation) -> SqlResult<&'a Learned> {
    if let Some(why) = &model.silent {
        return Err(SqlError::product("XX000", why.clone()));
    }
    let why = match model.state(evaluation.statement_start) {
        ModelState::Ready => match &model.outcome {
            ModelOutcome::Learned(learned) => return Ok(learned),
            ModelOutcome::Failed(_) => "failed",
        },
        ModelState::Training => "not ready",
        ModelState::Failed => "failed",
    };
    Err(SqlError::product(
        "55000",
        format!("Cannot run inference function '{}' because the ML model is {why}.", model.function),
    ))
}

/// A prediction as the target's type has it.
fn answer(trained: &Trained, predicted: f64, result: DataType) -> Value {
    if predicted.is_nan() {
        return Value::Null;
    }
    let label = match trained.problem {
        Some(Problem::Binary | Problem::Multiclass) => trained.labels.get(predicted as usize),
        Some(Problem::Regression) | None => None,
    };
    let number = match label {
        Some(label) => label.parse().unwrap_or(predicted),
        None => predicted,
    };
    match result.text() {
        DataType::SmallInt => Value::SmallInt(number.round() as i16),
        DataType::Integer => Value::Integer(number.round() as i32),
        DataType::BigInt => Value::BigInt(number.round() as i64),
        DataType::Real => Value::Real(number as f32),
        DataType::Double => Value::Double(number),
        DataType::Boolean => {
            Value::Boolean(label.map_or(number != 0.0, |label| label == "t" || number == 1.0))
        }
        DataType::Decimal { scale, .. } => {
            Value::Decimal { unscaled: (number * 10_f64.powi(i32::from(scale))).round() as i128, scale }
        }
        _ => match label {
            Some(label) => Value::string(label.as_str()),
            None => Value::string(number.to_string()),
        },
    }
}

/// `{"probabilities":[0.9,0.1],"labels":["f","t"]}`, the likeliest first.
fn probabilities(trained: &Trained, prediction: &Prediction, row: usize) -> String {
    let classes = trained.labels.len();
    let of_row = prediction.probabilities.get(row * classes..(row + 1) * classes).unwrap_or(&[]);
    let mut order: Vec<usize> = (0..of_row.len()).collect();
    crate::sorted::sort_by(&mut order, |a, b| of_row[*b].total_cmp(&of_row[*a]));
    let numbers: Vec<String> = order.iter().map(|at| format!("{:.8}", of_row[*at])).collect();
    let labels: Vec<serde_json::Value> =
        order.iter().map(|at| serde_json::Value::from(trained.labels[*at].as_str())).collect();
    format!("{{\"probabilities\":[{}],\"labels\":{}}}", numbers.join(","), serde_json::Value::from(labels))
}

fn explain(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let names = call.text(0)?;
    let answers: Vec<Value> = (0..call.rows)
        .map(|row| match names.get(row) {
            Some(name) => explanation(name, context),
            None => Ok(Value::Null),
        })
        .collect::<SqlResult<_>>()?;
    Ok(array_of(&answers, call.result))
}

fn explanation(name: &str, context: &EvaluationContext<'_>) -> SqlResult<Value> {
    let evaluation = &*context.evaluation;
    let database = super::privilege::database(context)?;
    let unquoted = |part: &str| Identifier::fold(part.trim().trim_matches('"'));
    let model = match name.rsplit_once('.') {
        Some((schema, name)) => {
            let schema = unquoted(schema.rsplit_once('.').map_or(schema, |(_, schema)| schema));
            super::privilege::must_be_open(context, &schema)?;
            database.model(&schema, &unquoted(name))
        }
        None => {
            let path = super::privilege::open_path(context);
            path.iter().find_map(|schema| database.model(schema, &unquoted(name)))
        }
    };
    let model = model.ok_or_else(|| crate::sql::commands::drop_model::no_model(&name))?;
    Rights::new(&evaluation.manifest, evaluation.user).may_ask(model)?;
    let now = evaluation.statement_start;
    let told = |text: &str| Ok(Value::string(format!("{{\"explanations\":\"{text}\"}}")));
    match (&model.outcome, model.state(now)) {
        (_, ModelState::Training) => told("waiting for training job to complete"),
        (ModelOutcome::Failed(_), _) => told("Processing job failed..."),
        (ModelOutcome::Learned(learned), _) if learned.explanation.is_empty() => {
            // Text unconfirmed; that only XGBoost is explained is the guide's.
            Err(SqlError::product("0A000", "EXPLAIN_MODEL is supported only for models of type XGBoost"))
        }
        (ModelOutcome::Learned(learned), _) if learned.out_of_time => told(concat!(
            "Processing job failed: Maximum runtime reached and processing job is unfinished. ",
            "Increase MAX_RUNTIME for explanabilty report."
        )),
        (ModelOutcome::Learned(_), _) if now < model.explained => {
            told("waiting for processing job to complete")
        }
        (ModelOutcome::Learned(learned), _) => Ok(Value::string(learned.explanation.as_str())),
    }
}
