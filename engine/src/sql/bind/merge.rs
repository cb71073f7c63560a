//! MERGE: one write for the target's rows that match, one for the source's rows that match nothing.
//!
//! The product runs MERGE as statements of its own too, with the rows to insert found before the target is
//! changed; here both writes read the state the statement began from, which comes to the same.

use super::binder::Binder;
use super::from::{FromItem, scan};
use super::level::{Clause, Level};
use super::relation::Found;
use super::write::{fit, insert_columns};
use super::{BoundWrite, Scope, WriteKind};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::plan::{Field, JoinKind, Plan};
use crate::sql::statement::{Delete, Merge, MergeAction, Update};
use crate::sql::syntax;
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::{Relation, RelationKind};
use crate::warehouse::identifier::Identifier;

pub(super) fn merge(merge: &Merge, scope: Scope<'_>) -> SqlResult<(BoundWrite, BoundWrite)> {
    let mut binder = Binder::new(scope)?;
    let table = binder.target(&merge.table, "merge into")?;
    binder.source_is_another_table(merge, &table, scope)?;
    let mut matched = match &merge.action {
        MergeAction::Clauses { matched: Some(assignments), .. } => Binder::new(scope)?.update(&Update {
            with: None,
            table: merge.table.clone(),
            alias: None,
            assignments: assignments.clone(),
            from: vec![merge.source.clone()],
            filter: Some(merge.condition.clone()),
        })?,
        MergeAction::Clauses { matched: None, .. } | MergeAction::RemoveDuplicates => Binder::new(scope)?
            .delete(&Delete {
                with: None,
                table: merge.table.clone(),
                alias: None,
                using: vec![merge.source.clone()],
                filter: Some(merge.condition.clone()),
            })?,
    };
    let missing = binder.missing(merge, &table)?;
    matched.needs.extend(missing.needs.iter().cloned());
    Ok((matched, missing))
}

impl Binder<'_> {
    /// The source is a table, a view or a query, and reads nothing of the target. Texts about tables are unconfirmed; the
    /// rules are the guide's.
    fn source_is_another_table(
        &mut self,
        merge: &Merge,
        table: &Relation,
        scope: Scope<'_>,
    ) -> SqlResult<()> {
        let reads_no_target = || {
            let mut binder = Binder::new(scope)?;
            binder.levels.push(Level::default());
            binder.from(std::slice::from_ref(&merge.source))?;
            if binder.needs.iter().all(|need| need.relation != table.id) {
                return Ok(());
            }
            let message = "Source view/subquery in Merge statement cannot reference target table.";
            Err(SqlError::product("0A000", message))
        };
        let name = match &merge.source.relation {
            syntax::TableFactor::Table { name, .. } => name,
            syntax::TableFactor::Derived { .. } => return reads_no_target(),
            _ => return Err(SqlError::new(SqlErrorKind::Syntax { near: None })),
        };
        let parts = super::from::object_name(name);
        let refusal = match self.find_relation(&parts).map_err(|error| self.at(error, name))? {
            Found::Stored(relation) => match relation.kind {
                RelationKind::Table(_) if relation.id == table.id => {
                    "MERGE source table cannot be the target table"
                }
                RelationKind::Table(_) => return Ok(()),
                RelationKind::View(_) => return reads_no_target(),
            },
            Found::External(_) => return Ok(()),
            Found::System(..) => "MERGE source table cannot be a system table",
        };
        Err(self.at(SqlError::product("0A000", refusal), name))
    }

    fn missing(&mut self, merge: &Merge, table: &Relation) -> SqlResult<BoundWrite> {
        let insert = self.need(table, Privilege::Insert);
        self.sites.tables = true;
        self.levels.push(Level::default());
        let source = self.from(std::slice::from_ref(&merge.source))?;
        let plan = match &merge.action {
            MergeAction::RemoveDuplicates => {
                let width = source.plan.fields().len();
                if width != table.columns.len() {
                    // Text unconfirmed; the rule is the guide's.
                    return Err(SqlError::product(
                        "42601",
                        "MERGE with REMOVE DUPLICATES requires source and target tables with the same columns",
                    ));
                }
                for named in &source.named {
                    let marks = named.marks.clone();
                    self.mark(&marks);
                }
                self.needs[insert].columns = (0..width).collect();
                let targets: Vec<usize> = (0..width).collect();
                self.insert_query(table, &targets, source.plan)?
            }
            MergeAction::Clauses { columns, values, .. } => {
                let targets = insert_columns(table, columns)?;
                let targets = fit(&targets, values.len(), !columns.is_empty())?;
                self.needs[insert].columns = targets.clone();
                let (visible, names) = (source.sources.clone(), source.named.clone());
                let rows = self.without_match(merge, table, source)?;
                let level = self.level()?;
                (level.sources, level.named, level.clause) = (visible, names, Clause::Values);
                let (mut filled, mut expressions, mut fields) = (Vec::new(), Vec::new(), Vec::new());
                for (target, value) in targets.iter().zip(values) {
                    let Some(value) = value else { continue };
                    let bound = self.expression(value)?;
                    filled.push(*target);
                    fields.push(Field {
                        qualifier: None,
                        name: table.columns[*target].name.to_string(),
                        data_type: bound.data_type(),
                    });
                    expressions.push(bound);
                }
                let plan = Plan::Project { input: Box::new(rows), expressions, fields };
                self.insert_query(table, &filled, plan)?
            }
        };
        self.levels.pop();
        self.bound_write(table, WriteKind::Insert, plan)
    }

    /// The source's rows for which no row of the target meets the condition.
    fn without_match(&mut self, merge: &Merge, table: &Relation, source: FromItem) -> SqlResult<Plan> {
        let read = self.need(table, Privilege::Select);
        let alias: &Identifier = &table.name;
        // A row that the user cannot see is none that matches.
        let shown = self.protected(table.id, scan(table, alias.as_str(), false), false)?;
        let target =
            FromItem::single(shown.plan, alias.to_string(), Some(table.schema.to_string()), Some(read));
        let width = source.plan.fields().len();
        let on = syntax::JoinConstraint::On(merge.condition.clone());
        let mut joined = self.join(source, target, syntax::JoinKind::Inner, &on)?;
        let Plan::Join(join) = &mut joined.plan else {
            return Err(SqlError::bug("a join that is none"));
        };
        join.kind = JoinKind::Anti;
        join.fields.truncate(width);
        Ok(joined.plan)
    }
}
