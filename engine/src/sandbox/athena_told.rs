//! Athena's statements that the catalog alone answers: SHOW, DESCRIBE, databases, MSCK REPAIR TABLE.

use serde_json::Value;

use super::Sandbox;
use super::athena::refused;
use super::athena_form::gap;
use super::athena_table::Table;
use super::athena_view;
use crate::aws::Caller;
use crate::aws::athena::{Execution, Kind};
use crate::json::json;
use crate::sql::error::{SqlError, SqlResult};

impl Sandbox {
    /// Statements that the catalog alone answers; `None` for those that are the engine's.
    pub(super) fn told(
        &mut self,
        sql: &str,
        execution: &Execution,
        caller: &Caller,
    ) -> SqlResult<Option<Table>> {
        let plain = sql.replace('`', "");
        let words: Vec<&str> = plain.split_whitespace().collect();
        let upper: Vec<String> = words.iter().map(|word| word.to_uppercase()).collect();
        let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
        let last = words.last().copied().unwrap_or("").trim_matches(['\'', '"']);
        let one = |name: &str| vec![(name.to_owned(), "string".to_owned())];
        let rows = |names: Vec<String>| names.into_iter().map(|name| vec![Some(name)]).collect();
        let here = execution.database.clone().unwrap_or_else(|| "default".to_owned());
        let (database, table) = match last.split_once('.') {
            Some((database, table)) => (database.to_lowercase(), table.to_lowercase()),
            None => (here.clone(), last.to_lowercase()),
        };
        let names = |list: &Value| -> Vec<String> {
            let names = list.as_array().into_iter().flatten().map(|one| one["Name"].as_str().unwrap_or(""));
            names.map(str::to_owned).collect()
        };
        let mut glue = |operation: &str, parameters: Value| {
            let reply = self.call(caller, "glue", operation, parameters, None);
            reply.map(|reply| reply.value).map_err(|error| refused(&error))
        };
        Ok(Some(match upper.as_slice() {
            ["SHOW", "DATABASES" | "SCHEMAS"] => {
                let found = glue("GetDatabases", json!({}))?;
                Table { columns: one("database_name"), rows: rows(names(&found["DatabaseList"])) }
            }
            ["SHOW", "TABLES"] | ["SHOW", "TABLES", "IN" | "FROM", _] => {
                let of = if upper.len() > 2 { last.to_lowercase() } else { here };
                let found = glue("GetTables", json!({"DatabaseName": of}))?;
                Table { columns: one("tab_name"), rows: rows(names(&found["TableList"])) }
            }
            ["SHOW", "PARTITIONS", _] => {
                let of = json!({"DatabaseName": database, "Name": table});
                let keys = names(&glue("GetTable", of)?["Table"]["PartitionKeys"]);
                let of = json!({"DatabaseName": database, "TableName": table});
                let found = glue("GetPartitions", of)?;
                let shown = |partition: &Value| {
                    let values = partition["Values"].as_array().into_iter().flatten();
                    let pairs = keys.iter().zip(values);
                    let pairs = pairs.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or("")));
                    pairs.collect::<Vec<_>>().join("/")
                };
                let all = found["Partitions"].as_array().into_iter().flatten().map(shown).collect();
                Table { columns: one("partition"), rows: rows(all) }
            }
            ["DESCRIBE" | "DESC", _] => {
                let found = glue("GetTable", json!({"DatabaseName": database, "Name": table}))?;
                let stored = found["Table"]["StorageDescriptor"]["Columns"].as_array().into_iter().flatten();
                let keys = found["Table"]["PartitionKeys"].as_array().into_iter().flatten();
                let shown = |column: &Value| {
                    let text = |name: &str| column[name].as_str().unwrap_or("").to_owned();
                    vec![Some(text("Name")), Some(text("Type")), Some(text("Comment"))]
                };
                let columns = ["col_name", "data_type", "comment"];
                let columns = columns.map(|name| (name.to_owned(), "string".to_owned())).to_vec();
                Table { columns, rows: stored.chain(keys).map(shown).collect() }
            }
            ["CREATE", "DATABASE" | "SCHEMA", rest @ ..] => {
                let made = glue("CreateDatabase", json!({"DatabaseInput": {"Name": last.to_lowercase()}}));
                match made {
                    Err(error) if rest.len() == 1 || !error.kind.message().contains("already exists") => {
                        return Err(error);
                    }
                    _ => Table::default(),
                }
            }
            ["DROP", "DATABASE" | "SCHEMA", rest @ ..] => {
                let lenient = rest.starts_with(&["IF", "EXISTS"]);
                let cascade = rest.last() == Some(&"CASCADE");
                let name = words.get(if lenient { 4 } else { 2 }).unwrap_or(&"").to_lowercase();
                let held = glue("GetTables", json!({"DatabaseName": name}));
                match held {
                    Err(error) if lenient && error.kind.message().contains("not found") => {}
                    Err(error) => return Err(error),
                    Ok(held) if !cascade && !names(&held["TableList"]).is_empty() => {
                        // unconfirmed: the words around Hive's own.
                        let message = format!("Database {name} is not empty. One or more tables exist.");
                        return Err(SqlError::product("XX000", message));
                    }
                    Ok(_) => {
                        glue("DeleteDatabase", json!({"Name": name}))?;
                    }
                }
                Table::default()
            }
            ["SHOW", "VIEWS"] | ["SHOW", "VIEWS", "IN" | "FROM", _] => {
                let of = if upper.len() > 2 { last.to_lowercase() } else { here };
                let mut found = glue("GetTables", json!({"DatabaseName": of}))?;
                if let Some(list) = found["TableList"].as_array_mut() {
                    list.retain(|table| table["TableType"] == "VIRTUAL_VIEW");
                }
                Table { columns: one("views"), rows: rows(names(&found["TableList"])) }
            }
            ["SHOW", "COLUMNS", "IN" | "FROM", _] => {
                let found = glue("GetTable", json!({"DatabaseName": database, "Name": table}))?;
                let mut all = names(&found["Table"]["StorageDescriptor"]["Columns"]);
                all.extend(names(&found["Table"]["PartitionKeys"]));
                Table { columns: one("field"), rows: rows(all) }
            }
            ["SHOW", "CREATE", kind @ ("TABLE" | "VIEW"), _] => {
                let found = glue("GetTable", json!({"DatabaseName": database, "Name": table}))?;
                let found = &found["Table"];
                let text = match athena_view::query(found) {
                    Some(query) if *kind == "VIEW" => format!("CREATE VIEW {database}.{table} AS\n{query}"),
                    // unconfirmed: the words for a table that is asked for as a view, and the other way round.
                    other if other.is_some() || *kind == "VIEW" => {
                        return Err(SqlError::product(
                            "XX000",
                            format!("{database}.{table} is no {}", kind.to_lowercase()),
                        ));
                    }
                    _ => created(&database, found),
                };
                let lines = text.lines().map(str::to_owned).collect();
                Table { columns: one("createtab_stmt"), rows: rows(lines) }
            }
            ["DROP", "VIEW", rest @ ..] => {
                let of = json!({"DatabaseName": database, "Name": table});
                match glue("GetTable", of.clone()) {
                    Err(error) if rest.len() > 1 && error.kind.message().contains("not found") => {}
                    Err(error) => return Err(error),
                    Ok(found) if athena_view::query(&found["Table"]).is_none() => {
                        // unconfirmed.
                        return Err(SqlError::product("XX000", format!("{database}.{table} is no view")));
                    }
                    Ok(_) => {
                        glue("DeleteTable", of)?;
                    }
                }
                Table::default()
            }
            ["MSCK", "REPAIR", "TABLE", _] => {
                let found = glue("GetTable", json!({"DatabaseName": database, "Name": table}))?;
                let said = self.repair(&database, &table, &found["Table"], caller)?;
                Table { columns: Vec::new(), rows: rows(said) }
            }
            _ if execution.kind == Kind::Utility => return Err(gap("this statement")),
            _ => return Ok(None),
        }))
    }

    /// Adds a partition for every folder that is named after the keys (`month=2023-05/`).
    fn repair(
        &mut self,
        database: &str,
        name: &str,
        table: &Value,
        caller: &Caller,
    ) -> SqlResult<Vec<String>> {
        let location = table["StorageDescriptor"]["Location"].as_str().unwrap_or("").trim_end_matches('/');
        let (bucket, prefix) =
            location.strip_prefix("s3://").and_then(|path| path.split_once('/')).unwrap_or(("", ""));
        let keys: Vec<&str> = table["PartitionKeys"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|key| key["Name"].as_str())
            .collect();
        let list = json!({"Bucket": bucket, "Prefix": format!("{prefix}/")});
        let found = self.call(caller, "s3", "ListObjectsV2", list, None).map_err(|error| refused(&error))?;
        let (mut said, mut seen) = (Vec::new(), Vec::new());
        for object in found.value["Contents"].as_array().into_iter().flatten() {
            let path = object["Key"].as_str().and_then(|key| key.get(prefix.len() + 1..)).unwrap_or("");
            let folders: Vec<&str> = path.split('/').collect();
            if folders.len() <= keys.len() || keys.is_empty() {
                continue;
            }
            let named = folders.iter().zip(&keys).map(|(folder, key)| {
                let (name, value) = folder.split_once('=')?;
                name.eq_ignore_ascii_case(key).then(|| value.to_owned())
            });
            let Some(values) = named.collect::<Option<Vec<String>>>() else { continue };
            if seen.contains(&values) {
                continue;
            }
            let folder = folders[..keys.len()].join("/");
            let mut descriptor = table["StorageDescriptor"].clone();
            descriptor["Location"] = json!(format!("{location}/{folder}/"));
            let input = json!({
                "DatabaseName": database,
                "TableName": name,
                "PartitionInput": {"Values": values, "StorageDescriptor": descriptor},
            });
            match self.call(caller, "glue", "CreatePartition", input, None) {
                Ok(_) => {
                    if said.is_empty() {
                        said.push("Partitions not in metastore:\t".to_owned());
                    }
                    said[0].push_str(&format!("{name}:{folder} "));
                    said.push(format!("Repair: Added partition to metastore {name}:{folder}"));
                }
                Err(error) if error.fault.code() == "AlreadyExistsException" => {}
                Err(error) => return Err(refused(&error)),
            }
            seen.push(values);
        }
        if let Some(first) = said.first_mut() {
            *first = first.trim_end().to_owned();
        }
        Ok(said)
    }
}

/// A table's definition in Hive's words.
fn created(database: &str, table: &Value) -> String {
    let descriptor = &table["StorageDescriptor"];
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let columns = |list: &Value| {
        let of = |column: &Value| format!("  `{}` {}", text(&column["Name"]), text(&column["Type"]));
        list.as_array().into_iter().flatten().map(of).collect::<Vec<_>>().join(", \n")
    };
    let pairs = |pairs: &Value| {
        let of = |(key, value): (&String, &Value)| format!("  '{key}'='{}'", text(value));
        pairs.as_object().into_iter().flatten().map(of).collect::<Vec<_>>().join(", \n")
    };
    let keys = match columns(&table["PartitionKeys"]) {
        none if none.is_empty() => none,
        keys => format!("PARTITIONED BY ( \n{keys})\n"),
    };
    let serde = &descriptor["SerdeInfo"];
    let row = match serde["Parameters"]["field.delim"].as_str() {
        Some(delimiter) => format!("DELIMITED \n  FIELDS TERMINATED BY '{delimiter}' "),
        None => format!("SERDE \n  '{}' ", text(&serde["SerializationLibrary"])),
    };
    format!(
        "CREATE EXTERNAL TABLE `{database}.{}`(\n{})\n{keys}ROW FORMAT {row}\nSTORED AS INPUTFORMAT \n  '{}' \nOUTPUTFORMAT \n  '{}'\nLOCATION\n  '{}'\nTBLPROPERTIES (\n{})",
        text(&table["Name"]),
        columns(&descriptor["Columns"]),
        text(&descriptor["InputFormat"]),
        text(&descriptor["OutputFormat"]),
        text(&descriptor["Location"]),
        pairs(&table["Parameters"]),
    )
}
