//! SHOW MODEL (Developer Guide, "SHOW MODEL"): rows of a key and a value, which change their shape as it gets ready.

use super::CommandContext;
use super::show::{Answer, field};
use crate::clock::Instant;
use crate::sql::error::SqlResult;
use crate::sql::system::type_word;
use crate::warehouse::access::{Privilege, UserId};
use crate::warehouse::calendar::{Civil, Moment, day_of_week};
use crate::warehouse::guarded::Guarded;
use crate::warehouse::identifier::QualifiedName;
use crate::warehouse::model::{Model, ModelOutcome, ModelSource, ModelState};

/// Text that names of features fill a row of at most. Unconfirmed: prints in books break there.
const WIDTH: usize = 1_000;

pub fn answer(name: Option<&QualifiedName>, context: &CommandContext<'_>) -> SqlResult<Answer> {
    match name {
        Some(name) => one(name, context),
        None => all(context),
    }
}

/// Every model that the user may use.
fn all(context: &CommandContext<'_>) -> SqlResult<Answer> {
    let may = |model: &&Model| context.rights().may_ask(model).is_ok();
    let mut found: Vec<&Model> = context.database()?.models.values().map(AsRef::as_ref).filter(may).collect();
    crate::sorted::sort_by_key(&mut found, |model| (model.schema.clone(), model.name.clone()));
    let schemas = found.iter().map(|model| model.schema.to_string()).collect();
    let names = found.iter().map(|model| model.name.to_string()).collect();
    Ok(Answer { fields: vec![field("Schema Name"), field("Model Name")], columns: vec![schemas, names] })
}

fn one(name: &QualifiedName, context: &CommandContext<'_>) -> SqlResult<Answer> {
    let model = context.model(name)?;
    context.rights().may_ask(&model)?;
    let owner = context.principals().user(model.owner).map_or_else(String::new, |user| user.name.to_string());
    let mut list = List::default();
    head(&mut list, &model, owner, context.now);
    let whole = is_owners(&model, context.user(), context);
    tail(&mut list, &model, context.now, whole);
    let (keys, values) = list.rows.into_iter().unzip();
    Ok(Answer { fields: vec![field("Key"), field("Value")], columns: vec![keys, values] })
}

/// Whoever may only EXECUTE is not shown where the model comes from and what it cost.
fn is_owners(model: &Model, user: UserId, context: &CommandContext<'_>) -> bool {
    context.is_superuser()
        || model.owner == user && {
            let on = Guarded::Model(model);
            context.manifest.held(user, Privilege::Execute, None, on).is_some()
        }
}

#[derive(Default)]
struct List {
    rows: Vec<(String, String)>,
}

impl List {
    fn row(&mut self, key: &str, value: impl Into<String>) {
        self.rows.push((key.to_owned(), value.into()));
    }

    /// A value of several lines: those after the first have no key.
    fn lines(&mut self, key: &str, lines: Vec<String>) {
        for (number, line) in lines.into_iter().enumerate() {
            self.row(if number == 0 { key } else { "" }, line);
        }
    }
}

fn head(list: &mut List, model: &Model, owner: String, now: Instant) {
    let state = model.state(now);
    list.row("Model Name", model.name.to_string());
    list.row("Schema Name", model.schema.to_string());
    list.row("Owner", owner);
    list.row("Creation Time", moment(model.created));
    list.row("Model State", state.name());
    match (&model.outcome, model.learned(now)) {
        // The key is unconfirmed.
        (ModelOutcome::Failed(reason), _) if state == ModelState::Failed => {
            list.row("Failure Reason", reason)
        }
        (_, Some(learned)) => {
            if learned.out_of_time {
                list.row("Training Job Status", "MaxAutoMLJobRuntimeReached");
            }
            for (name, value) in &learned.metrics {
                list.row(name, format!("{value:.6}"));
            }
        }
        _ => {}
    }
}

fn tail(list: &mut List, model: &Model, now: Instant, whole: bool) {
    let learned = model.learned(now);
    let trained = matches!(model.source, ModelSource::Query(_) | ModelSource::Table(_));
    if whole && trained && learned.is_some() {
        list.row("Estimated Cost", format!("{:.6}", model.cost));
    }
    list.row("", "");
    if trained {
        list.row("TRAINING DATA:", "");
        match &model.source {
            ModelSource::Query(text) => list.lines("Query", query_lines(text)),
            ModelSource::Table(name) => list.row("Table", name),
            ModelSource::Brought(_) | ModelSource::Endpoint(_) => {}
        }
        if !model.target.is_empty() {
            list.row("Target Column", model.target.to_uppercase());
        }
        list.row("", "");
    }
    list.row("PARAMETERS:", "");
    match &model.source {
        ModelSource::Endpoint(endpoint) => list.row("Endpoint", endpoint),
        ModelSource::Brought(_) => {}
        ModelSource::Query(_) | ModelSource::Table(_) => {
            let [kind, problem, objective] = learned.map_or(&model.asked, |learned| &learned.kind);
            list.row("Model Type", if kind.is_empty() { "auto" } else { kind });
            if model.auto {
                list.row("Problem Type", problem);
                list.row("Objective", objective);
                list.row("AutoML Job Name", &model.job);
            } else {
                list.row("Training Job Name", &model.job);
            }
        }
    }
    let mut functions = vec![model.function.to_string()];
    if has_probabilities(model, now) {
        functions.push(format!("{}_prob", model.function));
    }
    list.lines("Function Name", functions);
    if !trained {
        list.row("Inference Type", if model.is_remote() { "Remote" } else { "Local" });
    }
    let names = model.features.iter().map(|(name, _)| name.as_str());
    if trained {
        list.lines("Function Parameters", wrapped(names));
    }
    let types = model.features.iter().map(|(_, kind)| type_word(*kind));
    list.lines("Function Parameter Types", wrapped(types));
    if matches!(model.source, ModelSource::Brought(_)) {
        list.row("Function Return Type", type_word(model.returns));
    }
    if whole {
        list.row("IAM Role", &model.role);
        if !model.bucket.is_empty() {
            list.row("S3 Bucket", &model.bucket);
        }
        if let Some(key) = &model.kms_key {
            list.row("KMS Key", key);
        }
    }
    if trained {
        list.row("Max Runtime", model.max_runtime.to_string());
    }
    if !model.hyperparameters.is_empty() {
        list.row("", "");
        list.row("HYPERPARAMETERS:", "");
        for (key, value) in &model.hyperparameters {
            list.row(key, value);
        }
    }
}

/// Whether a function of probabilities goes with it: AUTO ON, and not for numbers.
pub fn has_probabilities(model: &Model, now: Instant) -> bool {
    let [_, problem, _] = match (&model.outcome, model.learned(now)) {
        (_, Some(learned)) => &learned.kind,
        // In training already: the functions were made when the problem was known.
        (ModelOutcome::Learned(learned), None) => &learned.kind,
        (ModelOutcome::Failed(_), _) => &model.asked,
    };
    model.auto && problem.ends_with("Classification")
}

/// `Thu, 25.05.2023 10:00:00`, in UTC.
fn moment(instant: Instant) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    let Moment { date, hour, minute, second, .. } = Moment::from_micros(instant.0);
    let day = DAYS[day_of_week(date.days()) as usize % 7];
    let Civil { year, month, day: number } = date;
    format!("{day}, {number:02}.{month:02}.{year:04} {hour:02}:{minute:02}:{second:02}")
}

/// Names with blanks between them, in rows of a readable length.
fn wrapped<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words {
        let full = lines.last().is_some_and(|line| line.len() + word.len() > WIDTH);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// The query in capitals, one clause a line, what stands between quotes as it was written. Which clauses begin a line
/// is unconfirmed beyond FROM and WHERE.
fn query_lines(text: &str) -> Vec<String> {
    const CLAUSES: [&str; 7] = ["FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "UNION"];
    let text = text.trim();
    let text = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let (mut word, mut quote, mut depth) = (String::new(), None, 0_i32);
    let mut finish = |word: &mut String, line: &mut String, top: bool| {
        if word.is_empty() {
            return;
        }
        if top && CLAUSES.contains(&word.as_str()) && !line.is_empty() {
            lines.push(std::mem::take(line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        word.clear();
    };
    for letter in text.chars() {
        match quote {
            Some(end) => {
                word.push(letter);
                if letter == end {
                    quote = None;
                }
            }
            None if letter == '\'' || letter == '"' => {
                quote = Some(letter);
                word.push(letter);
            }
            None if letter.is_whitespace() => finish(&mut word, &mut line, depth == 0),
            None => {
                depth += i32::from(letter == '(') - i32::from(letter == ')');
                word.extend(letter.to_uppercase());
            }
        }
    }
    finish(&mut word, &mut line, depth == 0);
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_shown_in_capitals_a_clause_a_line() {
        let text =
            "( SELECT state, (select 1 from b) x\n  FROM raw_data.c -\n WHERE purpose = 'Train  from' )";
        assert_eq!(
            query_lines(text),
            ["SELECT STATE, (SELECT 1 FROM B) X", "FROM RAW_DATA.C -", "WHERE PURPOSE = 'Train  from'"]
        );
    }

    #[test]
    fn moments_are_written_with_their_day() {
        let instant = crate::clock::Clock::COURSE_START;
        assert_eq!(moment(instant), "Thu, 25.05.2023 10:00:00");
    }
}
