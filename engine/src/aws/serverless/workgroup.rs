//! A workgroup: the compute before a namespace, in RPUs.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Serverless;
use super::fault::{checked, conflict, not_found, validation};
use super::namespace::{CHANGE, MINUTE, Namespace};
use crate::aws::redshift::SUBNETS;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    Creating,
    Available,
    Modifying,
    Deleting,
}

impl Status {
    pub fn text(self) -> &'static str {
        match self {
            Status::Creating => "CREATING",
            Status::Available => "AVAILABLE",
            Status::Modifying => "MODIFYING",
            Status::Deleting => "DELETING",
        }
    }

    pub fn answers(self) -> bool {
        matches!(self, Status::Available | Status::Modifying)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Workgroup {
    pub name: String,
    pub region: String,
    pub namespace: String,
    id: String,
    pub status: Status,
    pub until: Option<Instant>,
    created: Instant,
    pub base: i64,
    pub port: u16,
    public: bool,
    enhanced_routing: bool,
    subnets: Vec<String>,
    groups: Vec<String>,
    pub parameters: Vec<(String, String)>,
}

/// List and order are unconfirmed.
const PARAMETERS: [(&str, &str); 7] = [
    ("auto_mv", "true"),
    ("datestyle", "ISO, MDY"),
    ("enable_case_sensitive_identifier", "false"),
    ("enable_user_activity_logging", "true"),
    ("query_group", "default"),
    ("search_path", "$user, public"),
    ("max_query_execution_time", "14400"),
];

impl Workgroup {
    pub fn arn(&self, account: &str) -> String {
        format!("arn:aws:redshift-serverless:{}:{account}:workgroup/{}", self.region, self.id)
    }

    pub fn address(&self, account: &str) -> String {
        format!("{}.{account}.{}.redshift-serverless.amazonaws.com", self.name, self.region)
    }

    fn turn(&mut self, status: Status, span: i64, now: Instant) {
        self.status = status;
        self.until = Some(Instant(now.0 + span));
    }

    fn value(&self, account: &Account) -> Value {
        let parameter =
            |(name, value): &(String, String)| json!({"parameterKey": name, "parameterValue": value});
        let mut value = json!({
            "baseCapacity": self.base,
            "configParameters": self.parameters.iter().map(parameter).collect::<Vec<_>>(),
            "creationDate": iso(self.created),
        });
        if self.status != Status::Creating {
            value["endpoint"] = json!({"address": self.address(&account.id), "port": self.port});
        }
        value["enhancedVpcRouting"] = json!(self.enhanced_routing);
        value["namespaceName"] = json!(self.namespace);
        value["publiclyAccessible"] = json!(self.public);
        value["securityGroupIds"] = json!(self.groups);
        value["status"] = json!(self.status.text());
        value["subnetIds"] = json!(self.subnets);
        value["workgroupArn"] = json!(self.arn(&account.id));
        value["workgroupId"] = json!(self.id);
        value["workgroupName"] = json!(self.name);
        value
    }
}

impl Serverless {
    pub fn workgroup(&self, region: &str, name: &str) -> Result<&Workgroup, Fault> {
        let found = self.workgroups.iter().find(|one| one.region == region && one.name == name);
        found.ok_or_else(|| missing(name))
    }

    fn workgroup_mut(&mut self, region: &str, name: &str) -> Result<&mut Workgroup, Fault> {
        let found = self.workgroups.iter_mut().find(|one| one.region == region && one.name == name);
        found.ok_or_else(|| missing(name))
    }

    pub fn workgroup_of(&self, namespace: &Namespace) -> Option<&Workgroup> {
        self.workgroups.iter().find(|one| one.region == namespace.region && one.namespace == namespace.name)
    }
}

/// unconfirmed: the sentence, made like the namespace's.
fn missing(name: &str) -> Fault {
    not_found(format!("Serverless workgroup {name} not found."))
}

/// # Errors
/// unconfirmed: the sentence.
fn capacity(rpus: i64) -> Result<i64, Fault> {
    if (8..=512).contains(&rpus) && rpus % 8 == 0 {
        return Ok(rpus);
    }
    Err(validation(format!(
        "Invalid base capacity {rpus}: it must be a multiple of 8 between 8 and 512 RPUs."
    )))
}

fn port(order: &Order<'_>) -> Result<Option<u16>, Fault> {
    match order.parameters.integer("port") {
        None => Ok(None),
        Some(port) => match u16::try_from(port) {
            Ok(port) if (5_431..=5_455).contains(&port) || (8_191..=8_215).contains(&port) => Ok(Some(port)),
            // unconfirmed: the sentence.
            _ => Err(validation("Valid port ranges are 5431-5455 and 8191-8215.")),
        },
    }
}

fn subnets(order: &Order<'_>) -> Result<Vec<String>, Fault> {
    let given = order.parameters.texts("subnetIds");
    if given.is_empty() {
        return Ok(SUBNETS.map(str::to_owned).into());
    }
    if given.iter().any(|one| !SUBNETS.contains(one)) {
        // unconfirmed: the sentence.
        return Err(validation(format!("The subnet IDs {} are not valid.", given.join(", "))));
    }
    if given.len() < 3 {
        // unconfirmed: the sentence; the rule is the guide's.
        return Err(validation("A workgroup needs at least three subnets in three Availability Zones."));
    }
    Ok(given.into_iter().map(str::to_owned).collect())
}

fn configure(parameters: &mut [(String, String)], order: &Order<'_>) -> Result<(), Fault> {
    for given in order.parameters.structures("configParameters") {
        let key = given.required("parameterKey");
        let Some((_, value)) = parameters.iter_mut().find(|(name, _)| name == key) else {
            // unconfirmed: the sentence.
            return Err(validation(format!("Invalid parameter key {key}")));
        };
        given.required("parameterValue").clone_into(value);
    }
    Ok(())
}

pub fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = checked("workgroupName", parameters.required("workgroupName"))?;
    if account.serverless.workgroup(order.region, &name).is_ok() {
        // unconfirmed: the sentence.
        return Err(conflict(format!("Workgroup {name} already exists.")));
    }
    let namespace = account.serverless.idle_namespace(order.region, parameters.required("namespaceName"))?;
    if account.serverless.workgroup_of(namespace).is_some() {
        // unconfirmed: the sentence.
        return Err(conflict(format!("Namespace {} already has a workgroup.", namespace.name)));
    }
    let namespace = namespace.name.clone();
    let mut settings: Vec<(String, String)> =
        PARAMETERS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    configure(&mut settings, order)?;
    let base = capacity(parameters.integer("baseCapacity").unwrap_or(128))?;
    let (port, subnets) = (port(order)?.unwrap_or(5_439), subnets(order)?);
    let groups: Vec<String> = parameters.texts("securityGroupIds").into_iter().map(str::to_owned).collect();
    let mut workgroup = Workgroup {
        name,
        region: order.region.to_owned(),
        namespace,
        id: account.identifiers.uuid(),
        status: Status::Creating,
        until: None,
        created: order.now,
        base,
        port,
        public: parameters.flag("publiclyAccessible"),
        enhanced_routing: parameters.flag("enhancedVpcRouting"),
        subnets,
        groups: if groups.is_empty() { vec!["sg-0a1b2c3d".to_owned()] } else { groups },
        parameters: settings,
    };
    workgroup.turn(Status::Creating, 3 * MINUTE, order.now);
    let value = workgroup.value(account);
    account.serverless.workgroups.push(workgroup);
    Ok(json!({"workgroup": value}))
}

pub fn get(account: &Account, order: &Order<'_>) -> Result<Value, Fault> {
    let found = account.serverless.workgroup(order.region, order.parameters.required("workgroupName"))?;
    Ok(json!({"workgroup": found.value(account)}))
}

pub fn list(account: &Account, order: &Order<'_>) -> Value {
    let here = account.serverless.workgroups.iter().filter(|one| one.region == order.region);
    json!({"workgroups": here.map(|one| one.value(account)).collect::<Vec<_>>()})
}

/// The workgroup, when nothing is being done with it.
fn idle<'a>(account: &'a Account, order: &Order<'_>) -> Result<&'a Workgroup, Fault> {
    let found = account.serverless.workgroup(order.region, order.parameters.required("workgroupName"))?;
    if found.status == Status::Available {
        return Ok(found);
    }
    // unconfirmed: the sentence.
    Err(conflict("There is an operation running on the workgroup. Try again later."))
}

/// One setting at a time.
pub fn update(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let mut changed = idle(account, order)?.clone();
    let settings = [
        "baseCapacity",
        "configParameters",
        "enhancedVpcRouting",
        "port",
        "publiclyAccessible",
        "securityGroupIds",
        "subnetIds",
    ];
    match settings.iter().filter(|name| parameters.get(name).is_some()).count() {
        1 => {}
        // unconfirmed: the sentence for none.
        0 => return Err(validation(format!("No update was specified for workgroup {}.", changed.name))),
        _ => {
            return Err(validation(format!(
                "Can't update multiple configurations at the same time for workgroup {}.",
                changed.name
            )));
        }
    }
    if let Some(rpus) = parameters.integer("baseCapacity") {
        changed.base = capacity(rpus)?;
    }
    configure(&mut changed.parameters, order)?;
    if let Some(port) = port(order)? {
        changed.port = port;
    }
    if parameters.get("subnetIds").is_some() {
        changed.subnets = subnets(order)?;
    }
    if parameters.get("securityGroupIds").is_some() {
        changed.groups = parameters.texts("securityGroupIds").into_iter().map(str::to_owned).collect();
    }
    for (member, setting) in
        [("enhancedVpcRouting", &mut changed.enhanced_routing), ("publiclyAccessible", &mut changed.public)]
    {
        if let Some(given) = parameters.get(member).and_then(Value::as_bool) {
            *setting = given;
        }
    }
    changed.turn(Status::Modifying, CHANGE, order.now);
    let value = changed.value(account);
    *account.serverless.workgroup_mut(order.region, parameters.required("workgroupName"))? = changed;
    Ok(json!({"workgroup": value}))
}

/// The data stays in the namespace, which nobody reaches any more.
pub fn delete(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let found = idle(account, order)?;
    let (namespace, name) = (found.namespace.clone(), found.name.clone());
    if account.serverless.idle_namespace(order.region, &namespace).is_err() {
        return Err(super::namespace::busy());
    }
    account.serverless.namespace_mut(order.region, &namespace)?.cuts += 1;
    let found = account.serverless.workgroup_mut(order.region, &name)?;
    found.turn(Status::Deleting, 2 * MINUTE, order.now);
    let value = account.serverless.workgroup(order.region, &name)?.value(account);
    Ok(json!({"workgroup": value}))
}
