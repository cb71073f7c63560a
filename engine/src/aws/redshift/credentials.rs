//! Temporary database credentials: how an IAM identity comes into a warehouse without a password of its own.
//!
//! The API hands out a name with a prefix, a password and an hour; the warehouse looks both up when somebody logs
//! in (Redshift API Reference, "GetClusterCredentials" and "GetClusterCredentialsWithIAM").

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::RedshiftFault;
use crate::aws::caller::Identity;
use crate::aws::policy::Context;
use crate::aws::timestamp::iso;
use crate::aws::{Access, Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

/// What was handed out, until it expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    pub cluster: String,
    /// The name to log in with: `IAM:jeeseok`, `IAMA:jeeseok`, `IAMR:analyst`.
    pub login: String,
    pub password: String,
    /// The database user that the session becomes.
    pub user: String,
    /// Made at the first login, where it does not exist.
    pub create: bool,
    /// Groups joined for the session.
    pub groups: Vec<String>,
    /// The one database to log on to; any when `None`.
    pub database: Option<String>,
    pub expires: Instant,
}

const SECOND: i64 = 1_000_000;

/// The rights that handing out needs. Each is asked for by its own resource: the user, the database, each group.
pub fn access(account: &Account, order: &Order<'_>, with_iam: bool) -> Vec<Access> {
    let parameters = order.parameters;
    let cluster = parameters.required("ClusterIdentifier");
    let arn = |kind: &str, name: &str| {
        format!("arn:aws:redshift:{}:{}:{kind}:{cluster}/{name}", order.region, account.id)
    };
    let user = parameters.required("DbUser");
    let database = parameters.text("DbName");
    let mut context = Context::default()
        .with("redshift:DurationSeconds", duration(order).to_string())
        .with("redshift:DbName", database.unwrap_or_default());
    if !with_iam {
        context = context.with("redshift:DbUser", user);
    }
    let asked = |action: &str, resource: String| Access {
        action: format!("redshift:{action}"),
        resource,
        context: context.clone(),
    };
    if with_iam {
        return vec![asked("GetClusterCredentialsWithIAM", arn("dbname", database.unwrap_or("*")))];
    }
    let mut accesses = vec![asked("GetClusterCredentials", arn("dbuser", user))];
    accesses.extend(database.map(|name| asked("GetClusterCredentials", arn("dbname", name))));
    if parameters.flag("AutoCreate") {
        accesses.push(asked("CreateClusterUser", arn("dbuser", user)));
    }
    let groups = parameters.texts("DbGroups").into_iter();
    accesses.extend(groups.map(|group| asked("JoinGroup", arn("dbgroup", group))));
    accesses
}

fn duration(order: &Order<'_>) -> i64 {
    order.parameters.integer("DurationSeconds").unwrap_or(900)
}

pub fn hand_out(account: &mut Account, order: &Order<'_>, with_iam: bool) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let cluster = parameters.required("ClusterIdentifier");
    if account.redshift.cluster(order.region, cluster).is_none() {
        return Err(RedshiftFault::no_cluster(cluster).into());
    }
    let seconds = duration(order);
    if !(900..=3_600).contains(&seconds) {
        let sentence = "Token duration must be between 900 and 3600 seconds";
        return Err(RedshiftFault::value(sentence).into());
    }
    let create = with_iam || parameters.flag("AutoCreate");
    let (user, login) = if with_iam {
        let name = match &order.caller.identity {
            Identity::User(name) => format!("IAM:{name}"),
            Identity::Session { role, .. } => format!("IAMR:{role}"),
        };
        (name.clone(), name)
    } else {
        let user = parameters.required("DbUser");
        if !is_user_name(user) {
            // unconfirmed: the sentence.
            return Err(RedshiftFault::value(format!("The database user name {user} is not valid.")).into());
        }
        (user.to_owned(), format!("{}:{user}", if create { "IAMA" } else { "IAM" }))
    };
    let expires = Instant(order.now.0 + seconds * SECOND);
    let password = format!("{}==", account.identifiers.secret(90));
    let mut answer = json!({"DbUser": login, "DbPassword": password, "Expiration": iso(expires)});
    if with_iam {
        answer["NextRefreshTime"] = json!(iso(Instant(order.now.0 + seconds * SECOND / 2)));
    }
    let credentials = &mut account.redshift.credentials;
    credentials.retain(|old| old.expires > order.now);
    credentials.push(Credential {
        cluster: cluster.to_owned(),
        login,
        password,
        user,
        create,
        groups: parameters.texts("DbGroups").into_iter().map(str::to_owned).collect(),
        database: parameters.text("DbName").map(str::to_owned),
        expires,
    });
    Ok(answer)
}

/// The database user that an IAM identity is by itself.
pub fn own_login(order: &Order<'_>) -> String {
    match &order.caller.identity {
        Identity::User(name) => format!("IAM:{name}"),
        Identity::Session { role, .. } => format!("IAMR:{role}"),
    }
}

/// A login for one statement of the Data API: as an existing database user, or as the caller's own.
pub fn lend(account: &mut Account, order: &Order<'_>, cluster: &str, user: Option<&str>) -> (String, String) {
    let own = own_login(order);
    let login = user.map_or_else(|| own.clone(), |user| format!("IAM:{user}"));
    let password = account.identifiers.secret(32);
    account.redshift.credentials.push(Credential {
        cluster: cluster.to_owned(),
        login: login.clone(),
        password: password.clone(),
        user: user.map_or(own, str::to_owned),
        create: user.is_none(),
        groups: Vec::new(),
        database: None,
        // A statement may wait and run for a day.
        expires: Instant(order.now.0 + 86_400 * SECOND),
    });
    (login, password)
}

/// Lower-case letters, digits and `_+.@-`, a letter first, no more than 64.
fn is_user_name(name: &str) -> bool {
    let fits = |letter: char| {
        letter.is_ascii_lowercase()
            || letter.is_ascii_digit()
            || matches!(letter, '_' | '+' | '.' | '@' | '-')
    };
    name.len() <= 64 && name.starts_with(|first: char| first.is_ascii_lowercase()) && name.chars().all(fits)
}

/// What `login` and `password` stand for on `cluster`, if they still do.
pub fn find<'a>(
    account: &'a Account,
    cluster: &str,
    login: &str,
    password: &str,
    now: Instant,
) -> Option<&'a Credential> {
    account.redshift.credentials.iter().find(|one| {
        one.cluster == cluster
            && one.login.eq_ignore_ascii_case(login)
            && one.password == password
            && one.expires > now
    })
}
