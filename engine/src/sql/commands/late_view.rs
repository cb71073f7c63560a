//! Views WITH NO SCHEMA BINDING: what can be checked of them before anybody looks (Developer Guide, "CREATE VIEW").

use crate::sql::syntax;

use super::CommandContext;
use crate::sql::bind::identifier;
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::identifier::Identifier;

/// Every relation is named with its schema, which exists; the relation need not.
pub(super) fn must_be_qualified(query: &syntax::Query, context: &CommandContext<'_>) -> SqlResult<()> {
    let mut names = Vec::new();
    of_query(query, &mut Vec::new(), &mut names);
    for name in names {
        let parts: Vec<Identifier> = name.0.iter().map(identifier).collect();
        let [.., schema, _] = parts.as_slice() else {
            // The state is unconfirmed, the text recalled (fact sheet, section 6.3).
            return Err(SqlError::product(
                "0A000",
                "All the relation names inside should be qualified when creating views with no schema binding",
            ));
        };
        let system = ["pg_catalog", "information_schema"].contains(&schema.as_str());
        if !system && context.database()?.schema(schema).is_none() {
            return Err(SqlError::undefined_schema(schema));
        }
    }
    Ok(())
}

/// The relations of a query, but for those that WITH names.
fn of_query<'q>(query: &'q syntax::Query, common: &mut Vec<String>, names: &mut Vec<&'q syntax::ObjectName>) {
    let known = common.len();
    for table in query.with.iter().flat_map(|with| &with.tables) {
        of_query(&table.query, common, names);
        common.push(identifier(&table.alias.name).to_string());
    }
    of_body(&query.body, common, names);
    common.truncate(known);
}

fn of_body<'q>(
    body: &'q syntax::SetExpression,
    common: &mut Vec<String>,
    names: &mut Vec<&'q syntax::ObjectName>,
) {
    match body {
        syntax::SetExpression::Query(query) => of_query(query, common, names),
        syntax::SetExpression::SetOperation { left, right, .. } => {
            of_body(left, common, names);
            of_body(right, common, names);
        }
        syntax::SetExpression::Select(select) => {
            for table in &select.from {
                of_tables(table, common, names);
            }
        }
    }
}

fn of_tables<'q>(
    tables: &'q syntax::TableWithJoins,
    common: &mut Vec<String>,
    names: &mut Vec<&'q syntax::ObjectName>,
) {
    let factors = std::iter::once(&tables.relation).chain(tables.joins.iter().map(|join| &join.relation));
    for factor in factors {
        match factor {
            syntax::TableFactor::Table { name, .. } => {
                let is_common =
                    matches!(name.0.as_slice(), [only] if common.contains(&identifier(only).to_string()));
                if !is_common {
                    names.push(name);
                }
            }
            syntax::TableFactor::Derived { subquery, .. } => of_query(subquery, common, names),
            syntax::TableFactor::NestedJoin { table_with_joins, .. } => {
                of_tables(table_with_joins, common, names);
            }
            _ => {}
        }
    }
}
