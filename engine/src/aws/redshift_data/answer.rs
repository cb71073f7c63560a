//! What the Data API tells of statements, and their rows.

use serde_json::Value;

use super::statement::{Part, Statement, Status};
use super::{invalid, unknown};
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::json::json;

/// Bytes of values in one page of a result; the size of AWS's is unconfirmed.
const PAGE: u64 = 1 << 20;

/// A statement and, where the id ends in `:2`, which of its parts.
fn find<'a>(account: &'a Account, id: &str) -> Result<(&'a Statement, Option<&'a Part>), Fault> {
    let (whole, number) = id.split_once(':').map_or((id, None), |(whole, number)| (whole, Some(number)));
    let statement = account.redshift_data.get(whole).ok_or_else(unknown)?;
    let Some(number) = number else { return Ok((statement, None)) };
    let place = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let part = place.and_then(|place| statement.parts.get(place)).filter(|_| statement.batch);
    Ok((statement, Some(part.ok_or_else(unknown)?)))
}

/// What a part has come to, in the members' order; `query` and the like only where AWS tells them.
fn facts(part: &Part, id: String) -> Value {
    let mut value = json!({
        "CreatedAt": iso(part.created),
        "Duration": if part.duration < 0 { -1 } else { part.duration * 1_000 },
        "HasResultSet": part.rows.is_some(),
        "Id": id,
        "QueryString": part.sql,
        "RedshiftQueryId": part.query,
        "ResultRows": part.affected,
        "ResultSize": part.rows.as_ref().map_or(if part.status == Status::Finished { 0 } else { -1 }, |rows| rows.bytes as i64),
        "Status": part.status.name(),
        "UpdatedAt": iso(part.updated),
    });
    if let Some(error) = &part.error {
        value["Error"] = json!(error);
    }
    value
}

fn parameters(statement: &Statement) -> Value {
    let all = statement.parameters.iter().map(|(name, value)| json!({"name": name, "value": value}));
    Value::Array(all.collect())
}

pub fn describe(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let id = order.parameters.required("Id");
    let (statement, part) = find(account, id)?;
    if let Some(part) = part {
        return Ok(facts(part, id.to_owned()));
    }
    let mut value = match &statement.parts[..] {
        [part] if !statement.batch => facts(part, statement.id.clone()),
        parts => {
            let known = |part: &&Part| part.duration >= 0;
            let subs = parts.iter().enumerate();
            let subs = subs.map(|(at, part)| facts(part, format!("{}:{}", statement.id, at + 1)));
            json!({
                "CreatedAt": iso(statement.created),
                "Duration": parts.iter().filter(known).map(|part| part.duration).sum::<i64>() * 1_000,
                "HasResultSet": parts.iter().any(|part| part.rows.is_some()),
                "Id": statement.id,
                "RedshiftQueryId": 0,
                "ResultRows": -1,
                "ResultSize": -1,
                "SubStatements": subs.collect::<Vec<_>>(),
            })
        }
    };
    for (name, text) in [
        ("ClusterIdentifier", &statement.cluster),
        ("WorkgroupName", &statement.workgroup),
        ("DbUser", &statement.db_user),
        ("Error", &statement.error),
    ] {
        if let Some(text) = text {
            value[name] = json!(text);
        }
    }
    value["Database"] = json!(statement.database);
    value["RedshiftPid"] = json!(statement.process);
    value["Status"] = json!(statement.status.name());
    value["UpdatedAt"] = json!(iso(statement.updated));
    if !statement.parameters.is_empty() {
        value["QueryParameters"] = parameters(statement);
    }
    Ok(value)
}

pub fn result(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let (statement, part) = find(account, order.parameters.required("Id"))?;
    let part = part.or_else(|| statement.parts.first().filter(|_| !statement.batch));
    let Some((part, rows)) = part.and_then(|part| Some((part, part.rows.as_ref()?))) else {
        return Err(invalid("Query does not have result. Please check query status with DescribeStatement."));
    };
    let skip = match order.parameters.text("NextToken") {
        None => 0,
        Some(token) => token.parse::<usize>().map_err(|_| invalid("NextToken is invalid"))?,
    };
    let (mut bytes, mut records) = (0, Vec::new());
    for record in rows.records.iter().skip(skip) {
        if bytes >= PAGE {
            break;
        }
        bytes += record.iter().map(|cell| cell.bytes()).sum::<u64>().max(1);
        records.push(Value::Array(record.iter().map(|cell| cell.value()).collect()));
    }
    let next = skip + records.len();
    let mut value = json!({
        "Records": records,
        "ColumnMetadata": rows.columns.iter().map(|column| column.value()).collect::<Vec<_>>(),
        "TotalNumRows": part.affected,
    });
    if next < rows.records.len() {
        value["NextToken"] = json!(next.to_string());
    }
    Ok(value)
}

pub fn list(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let status = parameters.text("Status").unwrap_or("FINISHED");
    if !["SUBMITTED", "PICKED", "STARTED", "FINISHED", "ABORTED", "FAILED", "ALL"].contains(&status) {
        return Err(invalid(format!("Status {status} is invalid")));
    }
    let most = parameters.integer("MaxResults").unwrap_or(100);
    if !(0..=100).contains(&most) {
        return Err(invalid("MaxResults must be between 0 and 100"));
    }
    let most = most.unsigned_abs() as usize;
    let skip = match parameters.text("NextToken") {
        None => 0,
        Some(token) => token.parse::<usize>().map_err(|_| invalid("NextToken is invalid"))?,
    };
    let name = parameters.text("StatementName");
    // A role's statements are everybody's who has it, unless RoleLevel says no; a user's are its own.
    let role = |id: &str| id.split(':').next().map(str::to_owned);
    let whole = parameters.get("RoleLevel").is_some() && !parameters.flag("RoleLevel");
    let own = |one: &&Statement| match whole {
        true => one.owner == order.caller.user_id,
        false => role(&one.owner) == role(&order.caller.user_id),
    };
    let found: Vec<&Statement> = account
        .redshift_data
        .statements
        .iter()
        .rev()
        .filter(own)
        .filter(|one| status == "ALL" || one.status.name() == status)
        .filter(|one| name.is_none_or(|name| one.name.as_ref().is_some_and(|own| own.starts_with(name))))
        .collect();
    let page = found.iter().skip(skip).take(most).map(|one| {
        let mut value = json!({
            "CreatedAt": iso(one.created),
            "Id": one.id,
            "IsBatchStatement": one.batch,
            "Status": one.status.name(),
            "UpdatedAt": iso(one.updated),
        });
        match (&one.parts[..], one.batch) {
            ([part], false) => value["QueryString"] = json!(part.sql),
            (parts, _) => {
                value["QueryStrings"] = parts.iter().map(|part| part.sql.as_str()).collect();
            }
        }
        if let Some(name) = &one.name {
            value["StatementName"] = json!(name);
        }
        if !one.parameters.is_empty() {
            value["QueryParameters"] = self::parameters(one);
        }
        value
    });
    let mut value = json!({"Statements": page.collect::<Vec<_>>()});
    if found.len() > skip + most {
        value["NextToken"] = json!((skip + most).to_string());
    }
    Ok(value)
}
