//! What a warehouse holds: databases, schemas, tables and a table's columns, as a database user sees them.

use serde_json::Value;

use super::invalid;
use super::submission;
use crate::aws::redshift::credentials;
use crate::aws::{Account, Fault, Order};
use crate::json::json;
use crate::warehouse::access::{Privilege, UserId};
use crate::warehouse::catalog::{Database, DefaultValue, Relation, RelationKind};
use crate::warehouse::data_type::DataType;
use crate::warehouse::guarded::Guarded;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;

/// Nobody's number: such a user has what PUBLIC has.
const NOBODY: UserId = UserId(u32::MAX);

/// The warehouse, the database that is asked about, and who asks.
struct Seen<'a> {
    manifest: &'a Manifest,
    database: &'a Database,
    user: UserId,
}

fn seen<'a>(account: &'a Account, order: &Order<'_>) -> Result<Seen<'a>, Fault> {
    let parameters = order.parameters;
    let manifest = submission::manifest(account, order)?;
    let asked = parameters.text("ConnectedDatabase").unwrap_or(parameters.required("Database"));
    let connected = |message: String| Fault::refused("DatabaseConnectionException", 500, message);
    let name = Identifier::fold(asked);
    let database = manifest
        .catalog
        .database(&name)
        .ok_or_else(|| connected(format!("FATAL: database \"{name}\" does not exist")))?;
    let user = match parameters.text("DbUser") {
        // One that is made at its first login holds no rights of its own yet.
        None => {
            manifest.principals.user_called(&credentials::own_login(order)).map_or(NOBODY, |user| user.id)
        }
        Some(name) => match manifest.principals.user_called(name) {
            Some(user) => user.id,
            None => return Err(connected(format!("FATAL: user \"{name}\" does not exist"))),
        },
    };
    Ok(Seen { manifest, database, user })
}

impl Seen<'_> {
    fn sees_schema(&self, name: &Identifier) -> bool {
        let schema = self.database.schema(name);
        schema.is_some_and(|schema| {
            let on = Guarded::Schema(schema);
            [Privilege::Usage, Privilege::Create]
                .into_iter()
                .any(|right| self.manifest.held(self.user, right, None, on).is_some())
        })
    }

    fn sees(&self, relation: &Relation) -> bool {
        let rights = [Privilege::Select, Privilege::Insert, Privilege::Update, Privilege::Delete];
        let on = Guarded::Relation(relation);
        self.sees_schema(&relation.schema)
            && rights.into_iter().any(|right| self.manifest.held(self.user, right, None, on).is_some())
    }
}

/// SQL's LIKE: `%` and `_`.
fn like(text: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('%') => {
            let rest = rest.as_str();
            (0..=text.len()).any(|at| text.get(at..).is_some_and(|text| like(text, rest)))
        }
        Some(wanted) => {
            let mut characters = text.chars();
            characters.next().is_some_and(|got| wanted == '_' || wanted == got)
                && like(characters.as_str(), rest.as_str())
        }
    }
}

fn fits(name: &Identifier, pattern: Option<&str>) -> bool {
    pattern.is_none_or(|pattern| like(name.as_str(), pattern))
}

/// `MaxResults` of the items, from `NextToken` on, under their name.
fn page(order: &Order<'_>, name: &str, all: Vec<Value>) -> Result<Value, Fault> {
    let most = order.parameters.integer("MaxResults").unwrap_or(1_000);
    if !(0..=1_000).contains(&most) {
        return Err(invalid("MaxResults must be between 0 and 1000"));
    }
    let skip = match order.parameters.text("NextToken") {
        None => 0,
        Some(token) => token.parse::<usize>().map_err(|_| invalid("NextToken is invalid"))?,
    };
    let most = most.unsigned_abs() as usize;
    let mut value = json!({});
    if all.len() > skip.saturating_add(most) {
        value["NextToken"] = json!((skip + most).to_string());
    }
    value[name] = all.into_iter().skip(skip).take(most).collect();
    Ok(value)
}

pub fn databases(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let seen = seen(account, order)?;
    let names = seen.manifest.catalog.databases.keys().map(|name| json!(name.as_str()));
    page(order, "Databases", names.collect())
}

pub fn schemas(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let seen = seen(account, order)?;
    let pattern = order.parameters.text("SchemaPattern");
    let names = seen.database.schemas.keys().filter(|name| fits(name, pattern) && seen.sees_schema(name));
    page(order, "Schemas", names.map(|name| json!(name.as_str())).collect())
}

pub fn tables(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let seen = seen(account, order)?;
    let (schemas, tables) = (order.parameters.text("SchemaPattern"), order.parameters.text("TablePattern"));
    let mut found: Vec<&Relation> = seen
        .database
        .relations
        .values()
        .map(AsRef::as_ref)
        .filter(|one| fits(&one.schema, schemas) && fits(&one.name, tables) && seen.sees(one))
        .collect();
    crate::sorted::sort_by_key(&mut found, |one| (one.schema.clone(), one.name.clone()));
    let shown = found.into_iter().map(|one| {
        let kind = match one.kind {
            RelationKind::View(_) => "VIEW",
            RelationKind::Table(_) => "TABLE",
        };
        json!({"name": one.name.as_str(), "schema": one.schema.as_str(), "type": kind})
    });
    page(order, "Tables", shown.collect())
}

pub fn table(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let seen = seen(account, order)?;
    let (schema, table) = (order.parameters.text("Schema"), order.parameters.text("Table"));
    let name = |text: Option<&str>| text.map(Identifier::fold);
    let (schema, table) = (name(schema), name(table));
    let found = seen.database.relations.values().find(|one| {
        Some(&one.name) == table.as_ref()
            && schema.as_ref().is_none_or(|schema| one.schema == *schema)
            && seen.sees(one)
    });
    // A table that is not seen has no columns: unconfirmed.
    let columns = found.map_or(&[][..], |one| &one.columns);
    let shown = columns.iter().map(|column| {
        let (type_name, precision, scale, signed) = described(column.data_type);
        let default = match &column.default {
            Some(DefaultValue::Expression(text)) => Some(text.clone()),
            Some(DefaultValue::Identity { seed, step, .. }) => {
                Some(format!("\"identity\"(0, 0, '{seed},{step}'::text)"))
            }
            None => None,
        };
        let mut value = json!({
            "isCaseSensitive": column.data_type.is_string() && !column.data_type.is_caseless(),
            "isCurrency": false,
            "isSigned": signed,
            "length": precision,
            "name": column.name.as_str(),
            "nullable": i32::from(column.nullable),
            "precision": precision,
            "scale": scale,
            "schemaName": found.map_or("", |one| one.schema.as_str()),
            "tableName": found.map_or("", |one| one.name.as_str()),
            "typeName": type_name,
        });
        if let Some(default) = default {
            value["columnDefault"] = json!(default);
        }
        value
    });
    let shown = shown.collect();
    let mut value = page(order, "ColumnList", shown)?;
    value["TableName"] = json!(order.parameters.text("Table").unwrap_or(""));
    Ok(value)
}

/// Name, precision, scale and sign, as the product's JDBC driver describes them; what the fact sheet's one example
/// does not show is unconfirmed.
pub fn described(data_type: DataType) -> (&'static str, u32, u32, bool) {
    match data_type {
        DataType::SmallInt => ("int2", 5, 0, true),
        DataType::Integer => ("int4", 10, 0, true),
        DataType::BigInt => ("int8", 19, 0, true),
        DataType::Decimal { precision, scale } => ("numeric", u32::from(precision), u32::from(scale), true),
        DataType::Real => ("float4", 8, 8, true),
        DataType::Double => ("float8", 17, 17, true),
        DataType::Boolean => ("bool", 1, 0, false),
        DataType::Char(bytes) | DataType::Caseless { bytes, padded: true } => ("bpchar", bytes, 0, false),
        DataType::Varchar(bytes) | DataType::Caseless { bytes, padded: false } => {
            ("varchar", bytes, 0, false)
        }
        DataType::Unknown => ("varchar", 0, 0, false),
        DataType::Date => ("date", 13, 0, false),
        DataType::Time => ("time", 15, 6, false),
        DataType::TimeTz => ("timetz", 21, 6, false),
        DataType::Timestamp => ("timestamp", 29, 6, false),
        DataType::TimestampTz => ("timestamptz", 35, 6, false),
        DataType::Interval | DataType::IntervalTo(_) => ("interval", 0, 0, false),
        DataType::Super => ("super", 0, 0, false),
        DataType::Varbyte(bytes) => ("varbyte", bytes, 0, false),
        DataType::HllSketch => ("hllsketch", 0, 0, false),
    }
}
