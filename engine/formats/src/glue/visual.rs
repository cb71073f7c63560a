//! A visual job of Glue Studio as what the engine does: tables over its sources, and a query for each target.
//!
//! The nodes are the API's `CodeGenConfigurationNodes`; each becomes a query over those that go into it.

use serde_json::{Map, Value, json};

use super::sample::{Class, Found};
use super::{delimited, table};
use crate::Result;

/// The engine's schema of tables that are no catalog's.
const OWN: &str = "$job";

/// A node's rows.
#[derive(Clone)]
struct Frame {
    sql: String,
    /// Names and types; `None` where only running it tells.
    columns: Option<Vec<(String, String)>>,
}

struct Job<'a> {
    nodes: &'a Map<String, Value>,
    /// Tables of the catalog that its sources name, by node.
    catalog: &'a Value,
    found: &'a [Found],
    tables: Map<String, Value>,
    /// What its sources are called, by their tables.
    names: Map<String, Value>,
    /// Which they are.
    ids: Map<String, Value>,
}

/// `{"Tables": {name: table}, "Names": {table: name}, "Nodes": {table: node}, "Outputs": [...]}`.
pub fn plan(order: &Value, found: &[Found]) -> Result<Value> {
    let nodes = order["Job"].as_object().ok_or("the job has no nodes")?;
    let mut job = Job {
        nodes,
        catalog: &order["Catalog"],
        found,
        tables: Map::new(),
        names: Map::new(),
        ids: Map::new(),
    };
    let mut outputs = Vec::new();
    for (kind, node) in nodes.values().filter_map(kind) {
        if let Some(target) = kind.strip_suffix("Target") {
            outputs.push(job.output(target, node, &order["Stem"])?);
        }
    }
    if outputs.is_empty() {
        return Err("the job has no target".to_owned());
    }
    Ok(json!({"Tables": job.tables, "Names": job.names, "Nodes": job.ids, "Outputs": outputs}))
}

/// What kind of node it is, and its members.
fn kind(node: &Value) -> Option<(&str, &Value)> {
    node.as_object()?.iter().next().map(|(kind, node)| (kind.as_str(), node))
}

fn text<'a>(node: &'a Value, name: &str) -> &'a str {
    node[name].as_str().unwrap_or("")
}

/// A path of a column; those into structures are the engine's to refuse.
fn path_of(value: &Value) -> String {
    let parts = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    parts.collect::<Vec<_>>().join(".")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn name(column: &str) -> String {
    format!("\"{}\"", column.to_lowercase().replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

fn unknown(node: &str, column: &str) -> String {
    format!("{node}: cannot resolve column '{column}'")
}

/// A type of the catalog or of Spark as the engine writes it.
fn sql_type(written: &str) -> String {
    match written {
        "string" | "" => "varchar(65535)".to_owned(),
        "long" => "bigint".to_owned(),
        "short" | "byte" | "tinyint" => "smallint".to_owned(),
        "float" => "real".to_owned(),
        "double" => "double precision".to_owned(),
        "binary" => "varbyte".to_owned(),
        "decimal" => "decimal(10,0)".to_owned(),
        other => other.to_owned(),
    }
}

fn is_text(written: &str) -> bool {
    written == "string" || written.starts_with("varchar") || written.starts_with("char")
}

impl Job<'_> {
    fn frame(&mut self, id: &str, depth: usize) -> Result<Frame> {
        let known = self.nodes.get(id).and_then(kind);
        let (kind, node) = known.ok_or_else(|| format!("there is no node {id}"))?;
        if depth > 40 {
            return Err("the nodes go round in a circle".to_owned());
        }
        if kind.ends_with("Source") {
            return self.source(id, kind, node);
        }
        let mut inputs = Vec::new();
        for input in list(&node["Inputs"]).filter_map(Value::as_str) {
            inputs.push(self.frame(input, depth + 1)?);
        }
        let Some(first) = inputs.first().cloned() else {
            return Err(format!("{}: no input", text(node, "Name")));
        };
        let called = text(node, "Name");
        let over = |columns: String, frame: &Frame, rest: &str| {
            format!("SELECT {columns} FROM ({}) AS t{rest}", frame.sql)
        };
        let columns = first.columns.clone();
        let need =
            || columns.clone().ok_or_else(|| format!("{called}: the columns of its input are not known"));
        let kept = |kept: Vec<(String, String)>| {
            let names: Vec<String> = kept.iter().map(|(column, _)| name(column)).collect();
            Frame { sql: over(names.join(", "), &first, ""), columns: Some(kept) }
        };
        Ok(match kind {
            "ApplyMapping" => {
                let (mut items, mut made) = (Vec::new(), Vec::new());
                for map in list(&node["Mapping"]).filter(|map| map["Dropped"] != json!(true)) {
                    let (from, to, kind) =
                        (path_of(&map["FromPath"]), text(map, "ToKey"), text(map, "ToType"));
                    if let Some(columns) = &columns
                        && !columns.iter().any(|(column, _)| column.eq_ignore_ascii_case(&from))
                    {
                        return Err(unknown(called, &from));
                    }
                    items.push(format!("TRY_CAST({} AS {}) AS {}", name(&from), sql_type(kind), name(to)));
                    made.push((to.to_owned(), kind.to_owned()));
                }
                Frame { sql: over(items.join(", "), &first, ""), columns: Some(made) }
            }
            "SelectFields" | "DropFields" => {
                let paths: Vec<String> = list(&node["Paths"]).map(path_of).collect();
                let named = |column: &str| paths.iter().any(|path| path.eq_ignore_ascii_case(column));
                let wanted = kind == "SelectFields";
                kept(need()?.into_iter().filter(|(column, _)| named(column) == wanted).collect())
            }
            "RenameField" => {
                let (from, to) = (path_of(&node["SourcePath"]), path_of(&node["TargetPath"]));
                let (mut items, mut made) = (Vec::new(), Vec::new());
                for (column, kind) in need()? {
                    let new = if column.eq_ignore_ascii_case(&from) { to.clone() } else { column.clone() };
                    items.push(format!("{} AS {}", name(&column), name(&new)));
                    made.push((new, kind));
                }
                Frame { sql: over(items.join(", "), &first, ""), columns: Some(made) }
            }
            "Filter" => {
                let tests: Result<Vec<String>> =
                    list(&node["Filters"]).map(|test| condition(test, &columns)).collect();
                let word = if text(node, "LogicalOperator") == "OR" { " OR " } else { " AND " };
                let tests = tests?;
                let rest =
                    if tests.is_empty() { String::new() } else { format!(" WHERE {}", tests.join(word)) };
                Frame { sql: over("*".to_owned(), &first, &rest), columns }
            }
            "DropDuplicates" if list(&node["Columns"]).next().is_none() => {
                Frame { sql: over("DISTINCT *".to_owned(), &first, ""), columns }
            }
            "Union" => {
                let word = if text(node, "UnionType") == "DISTINCT" { " UNION " } else { " UNION ALL " };
                let sides: Vec<String> = inputs.iter().map(|input| format!("({})", input.sql)).collect();
                Frame { sql: sides.join(word), columns }
            }
            "Join" => join(node, &inputs)?,
            "Aggregate" => aggregate(node, &first)?,
            "SparkSQL" => {
                let ids: Vec<&str> = list(&node["Inputs"]).filter_map(Value::as_str).collect();
                let aliases = list(&node["SqlAliases"]).filter_map(|alias| {
                    let at = ids.iter().position(|id| *id == text(alias, "From"))?;
                    Some(format!("{} AS ({})", name(text(alias, "Alias")), inputs[at].sql))
                });
                let with = aliases.collect::<Vec<_>>().join(", ");
                let query = text(node, "SqlQuery").trim().trim_end_matches(';').replace('`', "\"");
                Frame { sql: format!("WITH {with} {query}"), columns: None }
            }
            other => return Err(format!("not simulated yet: the node {other} of a visual job")),
        })
    }

    fn source(&mut self, id: &str, kind: &str, node: &Value) -> Result<Frame> {
        let called = text(node, "Name");
        let (from, columns) = if kind.contains("Catalog") {
            let table = &self.catalog[id];
            let all = list(&table["StorageDescriptor"]["Columns"]).chain(list(&table["PartitionKeys"]));
            let columns =
                all.map(|column| (text(column, "Name").to_owned(), text(column, "Type").to_owned()));
            let from = format!("{}.{}", name(text(node, "Database")), name(text(node, "Table")));
            let key = format!("{}.{}", text(node, "Database"), text(node, "Table")).to_lowercase();
            self.ids.insert(key.clone(), json!(id));
            self.names.insert(key, json!(called));
            (from, columns.collect::<Vec<_>>())
        } else {
            let paths: Vec<&str> = list(&node["Paths"]).filter_map(Value::as_str).collect();
            let [place] = paths.as_slice() else {
                return Err(format!("not simulated yet: {called}: a source of other than one path"));
            };
            let mut table = self.table(kind, node, place)?;
            // All below the path is read; folders are columns only where they are called key=value.
            if list(&table["PartitionKeys"]).any(|key| !text(key, "Name").starts_with("partition_")) {
                return Err(format!("not simulated yet: {called}: folders key=value below a source's path"));
            }
            table["PartitionKeys"] = json!([]);
            let own = format!("s{}", self.tables.len());
            table["Name"] = json!(own);
            let columns = list(&table["StorageDescriptor"]["Columns"]);
            let columns =
                columns.map(|column| (text(column, "Name").to_owned(), text(column, "Type").to_owned()));
            let columns: Vec<(String, String)> = columns.collect();
            if columns.is_empty() {
                // unconfirmed: the words.
                return Err(format!("{called}: there is nothing to read at {place}"));
            }
            self.tables.insert(own.clone(), table);
            self.names.insert(own.clone(), json!(called));
            self.ids.insert(own.clone(), json!(id));
            (format!("\"{OWN}\".{own}"), columns)
        };
        let names: Vec<String> = columns.iter().map(|(column, _)| name(column)).collect();
        let mut sql = format!("SELECT {} FROM {from}", names.join(", "));
        if let Some(predicate) = node["PartitionPredicate"].as_str().filter(|predicate| !predicate.is_empty())
        {
            sql.push_str(&format!(" WHERE {predicate}"));
        }
        Ok(Frame { sql, columns: Some(columns) })
    }

    /// A table over the objects of a source.
    fn table(&self, kind: &str, node: &Value, place: &str) -> Result<Value> {
        let below = format!("{}/", place.trim_end_matches('/'));
        let inside = |file: &&Found| file.path == place || file.path.starts_with(&below);
        let files: Vec<&Found> = self.found.iter().filter(inside).collect();
        let wanted = if kind.contains("Parquet") { "parquet" } else { "json" };
        let mut table = table::table(place, files.clone()).told("");
        table["StorageDescriptor"]["Location"] = json!(place);
        if kind != "S3CsvSource" {
            if let Some(other) = files.iter().find(|file| file.class.name() != wanted) {
                return Err(format!("{} is not a {wanted} file", other.path));
            }
            if files.iter().any(|file| file.class == Class::Json { array: true }) {
                return Err("not simulated yet: JSON files that are one array".to_owned());
            }
            return Ok(table);
        }
        let (separator, quote) = (text(node, "Separator"), text(node, "QuoteChar"));
        let separator = match separator {
            "ctrla" => '\u{1}',
            "pipe" => '|',
            "semicolon" => ';',
            "tab" => '\t',
            _ => ',',
        };
        let header = node["WithHeader"] == json!(true);
        let names =
            files.first().map_or_else(Vec::new, |file| delimited::names(&file.beginning, separator, header));
        let columns = names.iter().map(|name| json!({"Name": name, "Type": "string"}));
        table["StorageDescriptor"]["Columns"] = columns.collect();
        let quote = match quote {
            "disabled" => None,
            "single_quote" => Some("'"),
            "quillemet" => return Err("not simulated yet: the quotation mark «".to_owned()),
            _ => Some("\""),
        };
        let separator = separator.to_string();
        table["StorageDescriptor"]["SerdeInfo"] = match quote {
            Some(quote) => json!({
                "SerializationLibrary": "org.apache.hadoop.hive.serde2.OpenCSVSerde",
                "Parameters": {"separatorChar": separator, "quoteChar": quote, "escapeChar": text(node, "Escaper")},
            }),
            None => json!({
                "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                "Parameters": {"field.delim": separator},
            }),
        };
        table["Parameters"] = if header { json!({"skip.header.line.count": "1"}) } else { json!({}) };
        Ok(table)
    }

    /// A target: UNLOAD's statement, and what is to be said in the catalog.
    fn output(&mut self, target: &str, node: &Value, stem: &Value) -> Result<Value> {
        let id = list(&node["Inputs"]).find_map(Value::as_str).unwrap_or("");
        let frame = self.frame(id, 0)?;
        let format = match target {
            "S3GlueParquet" => "parquet",
            "S3Direct" => text(node, "Format"),
            other => return Err(format!("not simulated yet: the node {other}Target of a visual job")),
        };
        let path = format!("{}/", text(node, "Path").trim_end_matches('/'));
        let mut options = match format {
            "parquet" => "FORMAT PARQUET",
            "csv" => "FORMAT CSV HEADER",
            "json" => "FORMAT JSON",
            other => return Err(format!("not simulated yet: a target in the format {other}")),
        }
        .to_owned();
        match (format, text(node, "Compression")) {
            ("parquet", _) | (_, "" | "none" | "uncompressed") => {}
            (_, "gzip") => options.push_str(" GZIP"),
            (_, "bzip2") => options.push_str(" BZIP2"),
            (_, other) => {
                return Err(format!("not simulated yet: a {format} target compressed with {other}"));
            }
        }
        let keys: Vec<String> = list(&node["PartitionKeys"]).map(path_of).collect();
        let mut sql = frame.sql;
        if !keys.is_empty() {
            let keys: Vec<String> = keys.iter().map(|key| name(key)).collect();
            options.push_str(&format!(" PARTITION BY ({})", keys.join(", ")));
            sql = format!("SELECT * FROM ({sql}) AS t");
        }
        let policy = &node["SchemaChangePolicy"];
        let update = (policy["EnableUpdateCatalog"] == json!(true)).then(|| {
            json!({
                "DatabaseName": policy["Database"],
                "Name": policy["Table"],
                "SchemaChangePolicy": {"UpdateBehavior": policy["UpdateBehavior"], "DeleteBehavior": "LOG"},
            })
        });
        let sql = format!(
            "UNLOAD ({}) TO {} IAM_ROLE default {options} PARALLEL OFF ALLOWOVERWRITE",
            literal(&sql),
            literal(&path)
        );
        Ok(json!({"Sql": sql, "Path": path, "Stem": stem, "Update": update, "Node": node["Name"]}))
    }
}

fn condition(test: &Value, columns: &Option<Vec<(String, String)>>) -> Result<String> {
    let values: Vec<(&str, String)> =
        list(&test["Values"]).map(|value| (text(value, "Type"), path_of(&value["Value"]))).collect();
    let typed = |column: &str| {
        let found = columns.iter().flatten().find(|(known, _)| known.eq_ignore_ascii_case(column));
        found.map(|(_, kind)| kind.as_str())
    };
    let column = values.iter().find(|(kind, _)| *kind == "COLUMNEXTRACTED").map_or("", |(_, column)| column);
    let kind = match typed(column) {
        Some(kind) => kind,
        None if columns.is_some() => return Err(unknown("Filter", column)),
        None => "string",
    };
    // A constant is of its column's type.
    let side = |at: usize| match values.get(at) {
        Some((sort, column)) if *sort == "COLUMNEXTRACTED" => name(column),
        Some((_, text)) if is_text(kind) || text.parse::<f64>().is_err() => literal(text),
        Some((_, text)) => text.clone(),
        None => "NULL".to_owned(),
    };
    let operator = match text(test, "Operation") {
        "EQ" => "=",
        "LT" => "<",
        "GT" => ">",
        "LTE" => "<=",
        "GTE" => ">=",
        "REGEX" => "~",
        "ISNULL" => "",
        other => return Err(format!("Filter: there is no operation {other}")),
    };
    let plain = match operator {
        "" => format!("{} IS NULL", side(0)),
        // Python's `match` begins where the text does.
        "~" => {
            format!("{} ~ {}", name(column), literal(&format!("^({})", values.last().map_or("", |v| &v.1))))
        }
        operator => format!("{} {operator} {}", side(0), side(1)),
    };
    Ok(if test["Negated"] == json!(true) { format!("NOT ({plain})") } else { format!("({plain})") })
}

fn join(node: &Value, inputs: &[Frame]) -> Result<Frame> {
    let called = text(node, "Name");
    let [left, right] = inputs else { return Err(format!("{called}: a join takes two inputs")) };
    let word = match text(node, "JoinType") {
        "equijoin" => "JOIN",
        "left" => "LEFT JOIN",
        "right" => "RIGHT JOIN",
        "outer" => "FULL JOIN",
        other => return Err(format!("not simulated yet: a join of type {other}")),
    };
    let sides: Vec<Vec<String>> =
        list(&node["Columns"]).map(|side| list(&side["Keys"]).map(path_of).collect()).collect();
    let [one, other] = sides.as_slice() else {
        return Err(format!("{called}: a join needs keys of both inputs"));
    };
    let pairs: Vec<String> =
        one.iter().zip(other).map(|(one, other)| format!("l.{} = r.{}", name(one), name(other))).collect();
    let (Some(mut columns), Some(second)) = (left.columns.clone(), right.columns.clone()) else {
        return Err(format!("{called}: the columns of its inputs are not known"));
    };
    let mut items: Vec<String> = columns.iter().map(|(column, _)| format!("l.{}", name(column))).collect();
    for (column, kind) in second {
        // unconfirmed: what a column is called that both sides have.
        let taken = columns.iter().any(|(known, _)| known.eq_ignore_ascii_case(&column));
        let new = if taken { format!("right_{column}") } else { column.clone() };
        items.push(format!("r.{} AS {}", name(&column), name(&new)));
        columns.push((new, kind));
    }
    let sql = format!(
        "SELECT {} FROM ({}) AS l {word} ({}) AS r ON {}",
        items.join(", "),
        left.sql,
        right.sql,
        pairs.join(" AND ")
    );
    Ok(Frame { sql, columns: Some(columns) })
}

/// Answers are called as Spark calls them: `sum(amount)`.
fn aggregate(node: &Value, input: &Frame) -> Result<Frame> {
    let groups: Vec<String> = list(&node["Groups"]).map(path_of).collect();
    let kind = |column: &str| {
        let found = input.columns.iter().flatten().find(|(known, _)| known.eq_ignore_ascii_case(column));
        found.map_or_else(|| "string".to_owned(), |(_, kind)| kind.clone())
    };
    let mut items: Vec<String> = groups.iter().map(|group| name(group)).collect();
    let mut columns: Vec<(String, String)> =
        groups.iter().map(|group| (group.clone(), kind(group))).collect();
    for one in list(&node["Aggs"]) {
        let (column, function) = (path_of(&one["Column"]), text(one, "AggFunc"));
        let call = match function {
            "countDistinct" => format!("COUNT(DISTINCT {})", name(&column)),
            "sumDistinct" => format!("SUM(DISTINCT {})", name(&column)),
            "avg" | "count" | "max" | "min" | "sum" | "stddev_samp" | "stddev_pop" | "var_samp"
            | "var_pop" => {
                format!("{}({})", function.to_uppercase(), name(&column))
            }
            other => return Err(format!("not simulated yet: the aggregate {other} of a visual job")),
        };
        let new = format!("{function}({column})");
        items.push(format!("{call} AS {}", name(&new)));
        columns.push((new, if function.starts_with("count") { "bigint".to_owned() } else { kind(&column) }));
    }
    let mut sql = format!("SELECT {} FROM ({}) AS t", items.join(", "), input.sql);
    if !groups.is_empty() {
        let groups: Vec<String> = groups.iter().map(|group| name(group)).collect();
        sql.push_str(&format!(" GROUP BY {}", groups.join(", ")));
    }
    Ok(Frame { sql, columns: Some(columns) })
}
