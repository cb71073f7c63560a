//! ANALYZE (Developer Guide, "ANALYZE"): counts a table's rows anew, unless too few of them have changed.
//!
//! The planner's knowledge of values is always current; what is noted is how many rows there were, for EXPLAIN's
//! warning, `svv_table_info.stats_off`, and the records of `stl_analyze`. Queries leave a note of the columns that they
//! filter, join and group by; those and the keys are the PREDICATE COLUMNS. Of a table that no query has asked for any,
//! all columns are analyzed.

use super::{CommandContext, done_with};
use crate::clock::Instant;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::catalog::{Distribution, ObjectId, Relation, RelationKind};
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::storage::Analyzed;
use crate::warehouse::system_role::SystemPermission;

/// A row of `stl_analyze`, as far as the command itself knows it.
pub struct AnalyzeRecord {
    pub table: ObjectId,
    pub skipped: bool,
    pub rows: u64,
    pub modified_rows: u64,
    /// In percent.
    pub threshold: f64,
    pub previous: Option<Instant>,
    /// Columns that count as used in predicates, and those of them new since the last time; for PREDICATE COLUMNS.
    pub predicates: Option<(i32, i32)>,
}

/// A column that a query has filtered, joined or grouped by: its table, its name, and when it first was.
pub type Used = (ObjectId, String, Instant);

/// The command's words.
pub struct Analyze<'a> {
    pub table: Option<&'a QualifiedName>,
    pub columns: &'a [Identifier],
    /// For PREDICATE COLUMNS: what queries have used.
    pub predicates: Option<Vec<Used>>,
    pub verbose: bool,
}

/// Analyzes the named table, or every one of the database that the user may analyze.
///
/// # Errors
/// The table or a column is not there, it is no table, or it is somebody else's.
pub fn run(
    analyze: Analyze<'_>,
    context: &mut CommandContext<'_>,
) -> SqlResult<(Completion, Vec<AnalyzeRecord>)> {
    let (mut records, mut notices) = (Vec::new(), Vec::new());
    let tables = match analyze.table {
        Some(name) => vec![named(name, analyze.columns, context)?],
        None => {
            let relations = context.database()?.relations.values();
            let tables: Vec<_> = relations.filter(|relation| relation.table().is_some()).cloned().collect();
            let rights = context.rights();
            let may = |relation: &Relation| {
                rights.own_relation(relation, None, Some(SystemPermission::Analyze)).is_ok()
            };
            tables.into_iter().filter(|relation| may(relation)).collect()
        }
    };
    for relation in tables {
        if analyze.verbose {
            // PostgreSQL 8.0's words; Redshift's are unconfirmed.
            notices.push(format!("INFO:  analyzing \"{}\"", relation.name));
        }
        records.extend(note(&relation, analyze.predicates.as_deref(), context)?);
    }
    // What a database of which every table is skipped says is unconfirmed.
    let skipped = analyze.table.is_some() && records.iter().all(|record| record.skipped);
    Ok((done_with(if skipped { "ANALYZE SKIP" } else { "ANALYZE" }, notices)?, records))
}

fn named(
    name: &QualifiedName,
    columns: &[Identifier],
    context: &CommandContext<'_>,
) -> SqlResult<std::sync::Arc<Relation>> {
    let relation = context.relation(name)?;
    if !matches!(relation.kind, RelationKind::Table(_)) {
        // PostgreSQL 8.0's text with the manner of the product's other refusal; unconfirmed.
        let why = "cannot analyze non-tables or special system tables";
        return Err(SqlError::product("42809", format!("skipping \"{}\" --- {why}", relation.name)));
    }
    for column in columns {
        super::alter_table::number_of(&relation, column)?;
    }
    if context.rights().own_relation(&relation, None, Some(SystemPermission::Analyze)).is_err() {
        // The guide's tutorial prints this as an error; its SQLSTATE is unconfirmed.
        let why = "only table or database owner can analyze";
        return Err(SqlError::product("42501", format!("skipping \"{}\" --- {why}", relation.name)));
    }
    Ok(relation)
}

/// A table of which too little has changed stays untouched, so that nobody's transaction conflicts.
fn note(
    relation: &Relation,
    used: Option<&[Used]>,
    context: &mut CommandContext<'_>,
) -> SqlResult<Option<AnalyzeRecord>> {
    let Some(table) = relation.table() else { return Ok(None) };
    let threshold = context.session.settings.get("analyze_threshold_percent");
    let threshold = threshold.and_then(|percent| percent.parse().ok()).unwrap_or(10.0);
    let Analyzed { at: previous, inserted, deleted, .. } = table.data.analyzed;
    let (rows, modified_rows) = (table.data.visible_rows(), inserted + deleted);
    let changed = 100.0 * modified_rows as f64 / rows.max(1) as f64;
    let skipped = threshold > 0.0 && changed < threshold;
    let now = context.now;
    let predicates = used.and_then(|used| {
        let name = |number: &usize| relation.columns.get(*number).map(|column| column.name.to_string());
        let of_table: Vec<&Used> = used.iter().filter(|(table, ..)| *table == relation.id).collect();
        let mut names: Vec<String> = of_table.iter().map(|(_, column, _)| column.clone()).collect();
        let new = of_table.iter().filter(|(.., since)| previous.is_none_or(|at| *since >= at)).count();
        // Without a query's predicate the keys alone do not count.
        (!names.is_empty()).then(|| {
            let key = match &table.distribution {
                Distribution::Key(column) => Some(column),
                _ => None,
            };
            names.extend(table.sort_key.iter().chain(key).filter_map(name));
            crate::sorted::sort(&mut names);
            names.dedup();
            (names.len() as i32, new as i32)
        })
    });
    if !skipped && let Some(table) = context.relation_mut(relation.id)?.table_mut() {
        table.data.analyze(now);
    }
    Ok(Some(AnalyzeRecord {
        table: relation.id,
        skipped,
        rows,
        modified_rows,
        threshold,
        previous,
        predicates,
    }))
}
