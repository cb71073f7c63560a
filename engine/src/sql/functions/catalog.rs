//! The catalog's own functions, which tools ask for: names of types, owners and comments by number. Leader node only.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::{DataType as ArrowType, Int32Type};

use super::Call;
use super::column::{build, build_text};
use super::privilege::{must_be_open, open_path};
use super::session::{search_path, setting, truth};
use super::signature::Parameter::{Boolean, Integer, Text};
use super::signature::{Answer, Entry};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::sql::system;
use crate::warehouse::access::UserId;
use crate::warehouse::catalog::{Database, ObjectId, Relation, RelationKind};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::note::Noted;

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::fixed("format_type", &[Integer, Integer], Answer::Text, |call, _| {
        // Without a modifier (NULL) it is the bare type.
        let (types, modifiers) = (call.primitive::<Int32Type>(0)?, call.primitive::<Int32Type>(1)?);
        build_text(call, |row, out| {
            let modifier = if modifiers.is_null(row) { -1 } else { modifiers.value(row) };
            let known = !types.is_null(row);
            Ok(known.then(|| out.push_str(&format_type(types.value(row), modifier))))
        })
    })
    .leader_only(),
    Entry::fixed("pg_get_userbyid", &[Integer], Answer::Type(DataType::Varchar(128)), |call, context| {
        let principals = context.evaluation.manifest.principals.clone();
        by_numbers(call, |user, _| {
            let known = principals.user(UserId(user as u32));
            Some(known.map_or_else(|| format!("unknown (OID={user})"), |user| user.name.to_string()))
        })
    })
    .leader_only()
    .impure(),
    Entry::fixed("format_encoding", &[Integer], Answer::Text, |call, _| {
        by_numbers(call, |number, _| {
            let encoding = usize::try_from(number).ok().and_then(|number| system::ENCODINGS.get(number));
            encoding.map(|encoding| (*encoding).to_owned())
        })
    })
    .leader_only(),
    Entry::fixed("pg_encoding_to_char", &[Integer], Answer::Text, |call, _| {
        by_numbers(call, |number, _| Some(if number == 6 { "UNICODE" } else { "" }.to_owned()))
    })
    .leader_only(),
    Entry::custom("pg_get_viewdef", name_of_view, view_definition_by_name).leader_only().impure(),
    Entry::fixed("pg_get_viewdef", &[Integer, Boolean], Answer::Text, |call, context| {
        of_relation(call, context, |relation, _| Some(view_definition(relation)))
    })
    .optional(1)
    .leader_only()
    .impure(),
    Entry::fixed("obj_description", &[Integer, Text], Answer::Text, object_description)
        .optional(1)
        .leader_only()
        .impure(),
    Entry::fixed("col_description", &[Integer, Integer], Answer::Text, |call, context| {
        of_relation(call, context, |relation, number| {
            relation.columns.get(usize::try_from(number).ok()?.checked_sub(1)?)?.comment.clone()
        })
    })
    .leader_only()
    .impure(),
    Entry::fixed("pg_table_is_visible", &[Integer], Answer::Type(DataType::Boolean), |call, context| {
        let path = visible(context);
        let numbers = call.primitive::<Int32Type>(0)?;
        let database = database(context);
        truth(call, |row| {
            let number = ObjectId(numbers.value(row) as u32);
            let relation = database.as_ref().and_then(|database| database.relation(number));
            Ok(relation.is_some_and(|relation| path.contains(&relation.schema)))
        })
    })
    .leader_only()
    .impure(),
    // `'t'::regclass` is the number of a relation and `number::regclass` its name. The product keeps a type for both,
    // so that a name looked up is printed as a name again.
    Entry::custom(
        "regclass",
        |types| {
            let [written] = *types else { return None };
            written.is_string().then(|| (vec![DataType::Varchar(DataType::VARCHAR_MAX)], DataType::Integer))
        },
        |call, context| {
            let context = &*context;
            let (path, database, names) = (open(context), database(context), call.text(0)?);
            build::<Int32Type>(call, |row| {
                let written = names.get(row).unwrap_or_default();
                match written.parse().ok().or_else(|| system::catalog_number(written)) {
                    Some(number) => Ok(number),
                    None => Ok(named(context, database.as_deref(), &path, written)?.id.0 as i32),
                }
            })
        },
    )
    .leader_only()
    .impure(),
    Entry::fixed("regclass", &[Integer], Answer::Text, |call, context| {
        let context = &*context;
        let (path, database) = (visible(context), database(context));
        by_numbers(call, |number, _| {
            let found = database.as_ref().and_then(|found| found.relation(ObjectId(number as u32)));
            let Some(relation) = found.filter(|found| must_be_open(context, &found.schema).is_ok()) else {
                return Some(number.to_string());
            };
            let bare = path.contains(&relation.schema);
            let name = relation.name.to_string();
            Some(if bare { name } else { format!("{}.{name}", relation.schema) })
        })
    })
    .leader_only()
    .impure(),
];

/// With the name of a catalog the object is one that this catalog lists; without, it is a relation.
fn object_description(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let database = database(context);
    let catalogs = if call.arguments.len() > 1 { Some(call.text(1)?) } else { None };
    let numbers = call.primitive::<Int32Type>(0)?;
    let nulls = call.nulls();
    build_text(call, |row, out| {
        let Some(database) = database.as_ref() else { return Ok(None) };
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let catalog = catalogs.as_ref().and_then(|catalogs| catalogs.get(row)).unwrap_or("pg_class");
        let number = ObjectId(numbers.value(row) as u32);
        let found = match catalog {
            "pg_class" => database.relation(number).and_then(|relation| relation.comment.as_deref()),
            "pg_namespace" => database.notes.comment_on(&Noted::Schema(number)),
            "pg_database" if number == database.id => database.notes.comment_on(&Noted::Database),
            _ => None,
        };
        Ok(found.map(|found| out.push_str(found)))
    })
}

fn name_of_view(types: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let (name, rest) = types.split_first()?;
    let fits = name.is_string() && matches!(rest, [] | [DataType::Boolean]);
    let text = DataType::Varchar(DataType::VARCHAR_MAX);
    fits.then(|| ([&[text], rest].concat(), text))
}

fn view_definition(relation: &Relation) -> String {
    match &relation.kind {
        RelationKind::View(view) => view.query.clone(),
        RelationKind::Table(_) => "Not a view".to_owned(),
    }
}

fn view_definition_by_name(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let context = &*context;
    let (path, database) = (open_path(context), database(context));
    let names = call.text(0)?;
    build_text(call, |row, out| {
        let Some(written) = names.get(row) else { return Ok(None) };
        out.push_str(&view_definition(named(context, database.as_deref(), &path, written)?));
        Ok(Some(()))
    })
}

/// A relation by `[schema.]name`, looked for as a statement would: not in what the user may not look into.
fn named<'a>(
    context: &EvaluationContext<'_>,
    database: Option<&'a Database>,
    path: &[Identifier],
    written: &str,
) -> SqlResult<&'a Relation> {
    let unquoted = |part: &str| Identifier::fold(part.trim().trim_matches('"'));
    let (schemas, name) = match written.split_once('.') {
        Some((schema, name)) => (&[unquoted(schema)][..], unquoted(name)),
        None => (path, unquoted(written)),
    };
    if let ([schema], true) = (schemas, written.contains('.')) {
        must_be_open(context, schema)?;
    }
    let found = schemas.iter().find_map(|schema| database?.find(schema, &name));
    found.map(|relation| &**relation).ok_or_else(|| SqlError::undefined_relation(&written))
}

/// The schemas where a bare name is looked for: the session's temporary tables come first.
pub(super) fn visible(context: &EvaluationContext<'_>) -> Vec<Identifier> {
    let own = setting(context, "pg_backend_pid").map(|pid| Identifier::fold(&format!("pg_temp_{pid}")));
    own.into_iter().chain(search_path(context)).collect()
}

/// Of these, those that the user may look into.
fn open(context: &EvaluationContext<'_>) -> Vec<Identifier> {
    let mut path = visible(context);
    path.retain(|name| must_be_open(context, name).is_ok());
    path
}

pub(super) fn database(context: &EvaluationContext<'_>) -> Option<std::sync::Arc<Database>> {
    let name = Identifier::fold(context.evaluation.settings.get("current_database")?);
    context.evaluation.manifest.catalog.database(&name).cloned()
}

/// A text for each row's number, and its second number where the call has one; NULL for NULL.
pub(super) fn by_numbers(
    call: &Call<'_>,
    mut f: impl FnMut(i32, i32) -> Option<String>,
) -> SqlResult<ArrayRef> {
    let first = call.primitive::<Int32Type>(0)?;
    let second = match call.arguments.get(1).map(|argument| argument.data_type()) {
        Some(ArrowType::Int32) => Some(call.primitive::<Int32Type>(1)?),
        _ => None,
    };
    let nulls = call.nulls();
    build_text(call, |row, out| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let text = f(first.value(row), second.as_ref().map_or(-1, |second| second.value(row)));
        Ok(text.map(|text| out.push_str(&text)))
    })
}

fn of_relation(
    call: &Call<'_>,
    context: &EvaluationContext<'_>,
    text: impl Fn(&Relation, i32) -> Option<String>,
) -> SqlResult<ArrayRef> {
    let database = database(context);
    by_numbers(call, |number, second| {
        let relation = database.as_ref()?.relation(ObjectId(number as u32))?;
        text(relation, second)
    })
}

/// A type as DDL writes it, from its number and its packed length or digits.
pub(super) fn format_type(number: i32, modifier: i32) -> String {
    let packed = modifier - 4;
    let length = |name: &str| if modifier < 4 { name.to_owned() } else { format!("{name}({packed})") };
    match number {
        16 => "boolean".to_owned(),
        19 => "name".to_owned(),
        20 => "bigint".to_owned(),
        21 => "smallint".to_owned(),
        23 => "integer".to_owned(),
        25 => "text".to_owned(),
        26 => "oid".to_owned(),
        700 => "real".to_owned(),
        701 => "double precision".to_owned(),
        705 => "unknown".to_owned(),
        1042 => length("character"),
        1043 => length("character varying"),
        1082 => "date".to_owned(),
        1083 => "time without time zone".to_owned(),
        1114 => "timestamp without time zone".to_owned(),
        1184 => "timestamp with time zone".to_owned(),
        1186 => "interval".to_owned(),
        1266 => "time with time zone".to_owned(),
        1700 if modifier >= 4 => format!("numeric({},{})", packed >> 16, packed & 0xffff),
        1700 => "numeric".to_owned(),
        2278 => "void".to_owned(),
        2279 => "\"trigger\"".to_owned(),
        4000 => "super".to_owned(),
        6551 => length("binary varying"),
        0 => "-".to_owned(),
        _ => "???".to_owned(),
    }
}
