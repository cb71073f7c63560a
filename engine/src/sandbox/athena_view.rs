//! Athena's views: the catalog keeps their query as Presto writes it, and every query finds them as views of its own.

use serde_json::Value;

use super::Sandbox;
use super::athena::{CATALOG, Query, refused};
use super::athena_form::{after, gap, must_be_named};
use super::athena_table::Table;
use crate::aws::athena::Execution;
use crate::json::json;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::functions::varbyte::{read_base64, write_base64};
use crate::sql::parse;
use crate::sql::statement::Statement;
use crate::warehouse::access::{Acl, UserId};
use crate::warehouse::catalog::{Database, ObjectId, Relation, RelationKind, View};
use crate::warehouse::identifier::Identifier;

/// A view on its way into the catalog.
pub(super) struct NewView {
    database: String,
    name: String,
    replace: bool,
    query: String,
}

const HEAD: &str = "/* Presto View: ";

/// `CREATE [OR REPLACE] VIEW name AS query`; `None` for other statements.
pub(super) fn new_view(sql: &str, execution: &Execution) -> SqlResult<Option<NewView>> {
    let replaced = after(sql, "CREATE OR REPLACE VIEW");
    let Some(rest) = replaced.or_else(|| after(sql, "CREATE VIEW")) else { return Ok(None) };
    let wrong = || SqlError::product("42601", "mismatched input. Expecting: CREATE VIEW name AS query");
    let rest = rest.trim_start();
    let (name, rest) = rest.split_at(rest.find(char::is_whitespace).ok_or_else(wrong)?);
    let query = after(rest, "AS").ok_or_else(wrong)?.trim().to_owned();
    let name = name.replace(['"', '`'], "").to_lowercase();
    let (database, name) = match name.rsplit_once('.') {
        Some((database, name)) => {
            (database.trim_start_matches("awsdatacatalog.").to_owned(), name.to_owned())
        }
        None => (execution.database.clone().unwrap_or_else(|| "default".to_owned()), name),
    };
    match parse::parse(&query)?.as_slice() {
        [only] => match &only.statement {
            Statement::Query(query) => must_be_named(&query.body)?,
            _ => return Err(wrong()),
        },
        _ => return Err(wrong()),
    }
    Ok(Some(NewView { database, name, replace: replaced.is_some(), query }))
}

impl NewView {
    /// What tells the columns and reads no row.
    pub(super) fn probe(&self) -> String {
        format!("SELECT * FROM ({}) AS v LIMIT 0", self.query)
    }
}

/// The query of a view of the catalog; `None` for tables, and for views that Presto did not write.
pub(super) fn query(table: &Value) -> Option<String> {
    let text = table["ViewOriginalText"].as_str()?.strip_prefix(HEAD)?.strip_suffix(" */")?;
    let text: Value = serde_json::from_slice(&read_base64(text)?).ok()?;
    text["originalSql"].as_str().map(str::to_owned)
}

impl Sandbox {
    /// Tells the catalog of a view whose columns are known.
    pub(super) fn keep_view(&mut self, view: &NewView, of: &Query, columns: &Table) -> SqlResult<()> {
        if columns.columns.iter().any(|(_, kind)| kind == "row" || kind == "array") {
            return Err(gap("a view with columns of type row or array"));
        }
        let told = |(name, kind): &(String, String)| json!({"name": name, "type": kind});
        let text = json!({
            "originalSql": view.query,
            "catalog": CATALOG,
            "schema": view.database,
            "columns": columns.columns.iter().map(told).collect::<Vec<_>>(),
        });
        let mut original = HEAD.to_owned();
        write_base64(text.to_string().as_bytes(), &mut original);
        let hive = |(name, kind): &(String, String)| {
            let kind = match kind.as_str() {
                "integer" => "int",
                "varchar" | "char" => "string",
                kind => kind,
            };
            json!({"Name": name, "Type": kind})
        };
        let table = json!({
            "DatabaseName": view.database,
            "TableInput": {
                "Name": view.name,
                "TableType": "VIRTUAL_VIEW",
                "StorageDescriptor": {"Columns": columns.columns.iter().map(hive).collect::<Vec<_>>(), "Location": "", "SerdeInfo": {}},
                "PartitionKeys": [],
                "Parameters": {"presto_view": "true", "comment": "Presto View"},
                "ViewOriginalText": original + " */",
                "ViewExpandedText": "/* Presto View */",
            },
        });
        let caller = of.caller().clone();
        let found = json!({"DatabaseName": view.database, "Name": view.name});
        let there = self.call(&caller, "glue", "GetTable", found, None).ok();
        let operation = match &there {
            None => "CreateTable",
            Some(_) if !view.replace => {
                return Err(SqlError::product(
                    "42P07",
                    format!(
                        "ALREADY_EXISTS: View already exists: '{CATALOG}.{}.{}'",
                        view.database, view.name
                    ),
                ));
            }
            Some(found) if query(&found.value["Table"]).is_none() => {
                return Err(SqlError::product(
                    "42P07",
                    format!("Table already exists: '{}.{}'", view.database, view.name),
                ));
            }
            Some(_) => "UpdateTable",
        };
        self.call(&caller, "glue", operation, table, None).map_err(|error| refused(&error))?;
        Ok(())
    }

    /// Every view of a region's catalog, for a query's own sandbox.
    pub(super) fn add_views(&self, region: &str, database: &mut Database, ids: Vec<ObjectId>) {
        for ((schema, name, table), id) in self.account.glue.views(region).zip(ids) {
            let Some(query) = query(table) else { continue };
            let schema = Identifier::fold(schema);
            let view = View {
                query,
                search_path: vec![schema.clone()],
                depends_on: Vec::new(),
                written: Default::default(),
                late: Some(Vec::new()),
            };
            database.insert(Relation {
                id,
                schema,
                name: Identifier::fold(name),
                owner: UserId::ADMIN,
                acl: Acl::default(),
                columns: Vec::new(),
                created: self.clock.now(),
                comment: None,
                protection: Default::default(),
                kind: RelationKind::View(view),
            });
        }
    }
}
