//! Autopilot's two notebooks, with the figures of the job: what the data are like, and which candidates were made.

use serde_json::{Value, json};

use crate::explore::{Exploration, Explored, Insight, Severity};
use crate::metric::Metric;
use crate::prepare::Role;
use crate::search::Candidate;
use crate::table::{Table, Values};
use crate::target::Problem;

fn notebook(cells: Vec<String>) -> Value {
    let cells: Vec<Value> = cells
        .into_iter()
        .map(|text| {
            let lines: Vec<&str> = text.split_inclusive('\n').collect();
            json!({"cell_type": "markdown", "metadata": {}, "source": lines})
        })
        .collect();
    json!({
        "cells": cells,
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 4,
    })
}

fn grid(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), " --- |".repeat(head.len()));
    for row in rows {
        text.push_str(&format!("| {} |\n", row.join(" | ").replace('\n', " ")));
    }
    text
}

fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn percent(part: f64) -> String {
    format!("{:.2}%", part * 100.0)
}

pub(super) fn exploration(
    job: &str,
    target: &str,
    table: &Table,
    found: &Exploration,
    problem: Problem,
) -> Value {
    let rows = f64::from(found.rows.max(1));
    let kind = |column: &Explored| match column.role {
        Role::Numeric => "numeric",
        Role::Categorical => "categorical",
        Role::Moment => "datetime",
        Role::Unusable(_) => "unused",
    };
    let count = |wanted: &str| found.columns.iter().filter(|column| kind(column) == wanted).count();
    let mut cells = vec![
        format!(
            "# Amazon SageMaker Autopilot Data Exploration Report\n\nThis report gives insights about the dataset of \
             the AutoML job **{job}**. High severity insights should be looked at before the model is trusted.\n"
        ),
        format!(
            "## Dataset Summary\n\n{}",
            grid(
                &["Rows", "Columns", "Numeric", "Categorical", "Datetime", "Unused", "Duplicate rows"],
                std::iter::once(vec![
                    found.rows.to_string(),
                    (found.columns.len() + 1).to_string(),
                    count("numeric").to_string(),
                    count("categorical").to_string(),
                    count("datetime").to_string(),
                    count("unused").to_string(),
                    format!("{} ({})", found.duplicates, percent(f64::from(found.duplicates) / rows)),
                ])
            )
        ),
    ];
    cells.push(format!("## Insights\n\n{}", insights(found)));
    cells.push(format!("## Target Analysis\n\n{}", analysis(target, found, problem)));
    cells.push(format!("## Data Sample\n\n{}", sample(table, target, found)));
    cells.push(format!(
        "## Duplicate Rows\n\n{} rows are the same as another row ({}).\n",
        found.duplicates,
        percent(f64::from(found.duplicates) / rows)
    ));
    let names: Vec<&str> = std::iter::once("").chain(found.correlated.iter().map(String::as_str)).collect();
    let lines = found.correlated.iter().zip(&found.correlations).map(|(name, line)| {
        std::iter::once(name.clone()).chain(line.iter().map(|value| format!("{value:.3}"))).collect()
    });
    cells.push(format!("## Cross Column Correlations\n\nPearson's coefficients.\n\n{}", grid(&names, lines)));
    cells.push(format!(
        "## Anomalous Rows\n\nThe rows that lie furthest out, by their mean distance from the columns' means in \
         standard deviations.\n\n{}",
        grid(
            &["Row", "Distance"],
            found.anomalous.iter().map(|(row, far)| vec![row.to_string(), format!("{far:.3}")])
        )
    ));
    let missing = found.columns.iter().filter(|column| column.missing > 0);
    cells.push(format!(
        "## Missing Values\n\n{}",
        grid(
            &["Column", "Missing", "Share"],
            missing.map(|column| vec![
                column.name.clone(),
                column.missing.to_string(),
                percent(f64::from(column.missing) / rows)
            ])
        )
    ));
    cells.push(format!(
        "## Cardinality\n\n{}",
        grid(
            &["Column", "Distinct values", "Most frequent"],
            found.columns.iter().map(|column| {
                let frequent = column.frequent.iter().map(|(word, count)| format!("{word} ({count})"));
                vec![
                    column.name.clone(),
                    column.distinct.to_string(),
                    frequent.collect::<Vec<_>>().join(", "),
                ]
            })
        )
    ));
    cells.push(format!("## Descriptive Stats\n\n{}", statistics(found)));
    notebook(cells)
}

fn insights(found: &Exploration) -> String {
    if found.insights.is_empty() {
        return "None.\n".to_owned();
    }
    let tell = |insight: &Insight| match insight {
        Insight::NoValues { column } => format!("Column **{column}** has no values."),
        Insight::OneValue { column } => format!("Column **{column}** has one value only."),
        Insight::Identifier { column } => {
            format!("Nearly every row of column **{column}** has a value of its own; it is left out.")
        }
        Insight::MissingValues { column, share } => {
            format!("{} of the values of column **{column}** are missing.", percent(*share))
        }
        Insight::DuplicateRows { rows } => format!("{rows} rows are duplicates."),
        Insight::Correlated { a, b, correlation } => {
            format!("Columns **{a}** and **{b}** say nearly the same (correlation {correlation:.3}).")
        }
        Insight::RareClass { label, share } => {
            format!("Only {} of the rows are of class **{label}**.", percent(*share))
        }
        Insight::SkewedTarget { skew } => format!("The target is skewed ({skew:.2})."),
        Insight::MissingTarget { rows } => format!("{rows} rows have no target; they are left out."),
        Insight::TooGood { column, power } => format!(
            "Column **{column}** alone nearly gives the target away (prediction power {power:.3}): possible target \
             leakage."
        ),
    };
    let severity = |insight: &Insight| match insight.severity() {
        Severity::High => "High".to_owned(),
        Severity::Low => "Low".to_owned(),
    };
    grid(
        &["Severity", "Insight"],
        found.insights.iter().map(|insight| vec![severity(insight), tell(insight)]),
    )
}

fn analysis(target: &str, found: &Exploration, problem: Problem) -> String {
    let head =
        format!("The column **{target}** is used as target; the problem is **{}**.\n\n", problem.name());
    let rows = f64::from(found.rows.max(1));
    match &found.target {
        Some(figures) => {
            head + &grid(
                &["Mean", "Standard deviation", "Min", "Median", "Max", "Skew"],
                std::iter::once(
                    [
                        figures.mean,
                        figures.deviation,
                        figures.least,
                        figures.median,
                        figures.most,
                        figures.skew,
                    ]
                    .map(number)
                    .to_vec(),
                ),
            )
        }
        None => {
            head + &grid(
                &["Label", "Count", "Share"],
                found.classes.iter().map(|(label, count)| {
                    vec![label.clone(), count.to_string(), percent(f64::from(*count) / rows)]
                }),
            )
        }
    }
}

/// The first rows, with the prediction power of each column below its name.
fn sample(table: &Table, target: &str, found: &Exploration) -> String {
    const ROWS: usize = 10;
    let names: Vec<&str> = table.columns().iter().map(|column| &*column.name).collect();
    let power = names.iter().map(|name| match found.columns.iter().find(|column| column.name == *name) {
        Some(column) => format!("{:.3}", column.power),
        None if name.eq_ignore_ascii_case(target) => "target".to_owned(),
        None => String::new(),
    });
    let rows = (0..table.rows().min(ROWS)).map(|row| {
        let cell = |column: &crate::table::Column| match &column.values {
            Values::Numbers(numbers) if numbers[row].is_nan() => String::new(),
            Values::Numbers(numbers) => number(numbers[row]),
            Values::Words { codes, words } => words.get(codes[row] as usize).cloned().unwrap_or_default(),
        };
        table.columns().iter().map(cell).collect()
    });
    let lines = std::iter::once(power.collect()).chain(rows);
    format!("The first line is each column's prediction power, from 0 to 1.\n\n{}", grid(&names, lines))
}

fn statistics(found: &Exploration) -> String {
    let lines = found.columns.iter().filter_map(|column| {
        let figures = column.numbers.as_ref()?;
        let values = [
            figures.mean,
            figures.deviation,
            figures.least,
            figures.quarter,
            figures.median,
            figures.three_quarters,
            figures.most,
        ];
        Some(std::iter::once(column.name.clone()).chain(values.map(number)).collect())
    });
    grid(&["Column", "Mean", "Standard deviation", "Min", "25%", "Median", "75%", "Max"], lines)
}

/// Without a best one nothing has been tried: only what is proposed is listed.
pub(super) fn definition(
    job: &str,
    (problem, objective): (Problem, Metric),
    candidates: &[Candidate],
    best: Option<usize>,
) -> Value {
    let (objective, problem, count) = (objective.name(), problem.name(), candidates.len());
    let did = match best {
        Some(_) => format!(
            "has compared {count} candidates by **{objective}**, each on rows it had not learned from"
        ),
        None => {
            format!("proposes {count} candidates, to be compared by **{objective}**; none has been trained")
        }
    };
    let mut cells = vec![format!(
        "# Amazon SageMaker Autopilot Candidate Definition Notebook\n\nThe AutoML job **{job}** treats the data as \
         **{problem}** and {did}.\n"
    )];
    let mut head = vec!["Candidate", "Algorithm", "Data transformers"];
    if best.is_some() {
        head.extend(["Validated on parts", objective]);
    }
    let lines = candidates.iter().enumerate().map(|(at, candidate)| {
        let mark = if best == Some(at) { " (best)" } else { "" };
        let mut line = vec![
            format!("{}{mark}", at + 1),
            candidate.plan.algorithm().name().to_owned(),
            candidate.recipe.describe(),
        ];
        if best.is_some() {
            line.push(candidate.folds.to_string());
            line.push(candidate.value.map_or_else(String::new, |value| format!("{value:.6}")));
        }
        line
    });
    cells.push(format!("## Candidates\n\n{}", grid(&head, lines)));
    for (at, candidate) in candidates.iter().enumerate() {
        let options = candidate.hyperparameters();
        cells.push(format!(
            "### Candidate {}: {}\n\n{}",
            at + 1,
            candidate.plan.algorithm().name(),
            grid(
                &["Hyperparameter", "Value"],
                options.into_iter().map(|(key, value)| vec![key.to_owned(), value])
            )
        ));
    }
    notebook(cells)
}
