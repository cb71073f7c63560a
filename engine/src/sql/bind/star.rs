//! `*` and `relation.*`: the columns they stand for.

use crate::sql::syntax;

use super::binder::Binder;
use super::from::{fold, object_name};
use super::select::Target;
use crate::sorted::SortedSet;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::warehouse::access::Privilege;
use crate::warehouse::guarded::Guarded;

impl Binder<'_> {
    /// `*`: every unqualified name in order, less what column grants keep back.
    pub fn star(&mut self, excluded: &[String], targets: &mut Vec<Target>) -> SqlResult<()> {
        let named = self.level()?.named.clone();
        if self.level()?.sources.is_empty() {
            return Err(SqlError::product("42601", "SELECT * with no tables specified is not valid"));
        }
        for named in named {
            let closed = named.marks.iter().any(|&(need, column)| !self.shows(need, column));
            if closed || named.hidden || excluded.contains(&named.name) {
                continue;
            }
            if !self.stands_whole(named.shape.as_deref())? {
                return Err(super::nested::no_star());
            }
            self.mark(&named.marks);
            targets.push(Target { name: named.name, expression: named.expression });
        }
        Ok(())
    }

    pub fn qualified_star(
        &mut self,
        name: &syntax::ObjectName,
        excluded: &[String],
        targets: &mut Vec<Target>,
    ) -> SqlResult<()> {
        let parts = object_name(name);
        let (schema, relation) = match parts.as_slice() {
            [relation] => (None, relation),
            [.., schema, relation] => (Some(schema.as_str()), relation),
            [] => return Err(SqlError::bug("a star without a name")),
        };
        let depth = self.levels.len() - 1;
        let Some(found) = self.find_source(depth, schema, relation.as_str())? else {
            let message = format!("missing FROM-clause entry for table \"{relation}\"");
            return Err(SqlError::product("42P01", message));
        };
        let source = self.levels[depth].sources[found].clone();
        for (number, column) in source.columns.into_iter().enumerate() {
            let closed = source.need.is_some_and(|need| !self.shows(need, number));
            if closed || column.hidden || excluded.contains(&column.name) {
                continue;
            }
            if !self.stands_whole(column.shape.as_deref())? {
                return Err(super::nested::no_star());
            }
            if let Some(need) = source.need {
                self.mark(&[(need, number)]);
            }
            let expression = Expression::Column { index: column.index, data_type: column.data_type };
            targets.push(Target { name: column.name, expression });
        }
        Ok(())
    }

    /// Whether `*` may show this column. Who holds SELECT on some columns only sees those (since April 2023);
    /// who holds none is shown all, so that the refusal names the relation. Before that month all were refused whom
    /// one column was closed to: a setting of ours brings that back, for those who teach from older texts.
    fn shows(&self, need: usize, column: usize) -> bool {
        let classic =
            self.scope.session.settings.get("sandbox.select_star").is_some_and(|star| star == "classic");
        if self.whole_star || classic {
            return true;
        }
        let need = &self.needs[need];
        let Some(relation) = self.database.relation(need.relation) else { return true };
        let held = |column| {
            self.manifest.held(need.user, Privilege::Select, column, Guarded::Relation(relation)).is_some()
        };
        if held(None) {
            return true;
        }
        let readable: SortedSet<usize> = (0..relation.columns.len())
            .filter(|number| held(Some(&relation.columns[*number].name)))
            .collect();
        readable.is_empty() || readable.contains(&column)
    }
}

/// The names after EXCLUDE.
pub(super) fn excluded(exclude: &[syntax::Ident]) -> Vec<String> {
    exclude.iter().map(fold).collect()
}
