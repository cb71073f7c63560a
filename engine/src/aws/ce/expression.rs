//! `Filter` and `GroupBy`: which charges are meant, and under which names they are summed.

use super::invalid;
use crate::aws::meter::{BilledService, Key};
use crate::aws::parameters::Parameters;
use crate::aws::{Account, Fault};

/// What a charge can be asked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    Service,
    UsageType,
    Region,
    LinkedAccount,
    RecordType,
}

/// Dimensions that AWS has and the sandbox's charges have nothing to say to.
const OTHERS: &str = "AZ INSTANCE_TYPE LINKED_ACCOUNT_NAME OPERATION PURCHASE_TYPE SERVICE_CODE USAGE_TYPE_GROUP \
OPERATING_SYSTEM TENANCY SCOPE PLATFORM SUBSCRIPTION_ID LEGAL_ENTITY_NAME DEPLOYMENT_OPTION DATABASE_ENGINE \
CACHE_ENGINE INSTANCE_TYPE_FAMILY BILLING_ENTITY RESERVATION_ID RESOURCE_ID RIGHTSIZING_TYPE SAVINGS_PLANS_TYPE \
SAVINGS_PLAN_ARN PAYMENT_OPTION AGREEMENT_END_DATE_TIME_AFTER INVOICING_ENTITY";

impl Dimension {
    pub fn parse(name: &str) -> Result<Self, Fault> {
        Ok(match name {
            "SERVICE" => Dimension::Service,
            "USAGE_TYPE" => Dimension::UsageType,
            "REGION" => Dimension::Region,
            "LINKED_ACCOUNT" => Dimension::LinkedAccount,
            "RECORD_TYPE" => Dimension::RecordType,
            other if OTHERS.split_whitespace().any(|known| known == other) => {
                return Err(Fault::NotSimulated { service: format!("ce, dimension {other}") });
            }
            other => return Err(invalid(format!("Dimension {other} is invalid."))),
        })
    }

    pub fn of(self, account: &Account, key: &Key) -> String {
        match self {
            Dimension::Service => key.usage.telling().service.name().to_owned(),
            Dimension::UsageType => key.usage.name_in(&key.region),
            Dimension::Region => key.region.clone(),
            Dimension::LinkedAccount => account.id.clone(),
            Dimension::RecordType => "Usage".to_owned(),
        }
    }
}

/// Whether a charge passes the filter. Nothing in the account carries a tag that was switched on for billing, nor a
/// cost category, so only their absence passes.
pub fn passes(account: &Account, filter: Parameters<'_>, key: &Key) -> Result<bool, Fault> {
    if filter.is_absent() {
        return Ok(key.usage.telling().service != BilledService::Free);
    }
    let mut passes = key.usage.telling().service != BilledService::Free;
    let mut said = 0;
    for (name, any) in [("And", false), ("Or", true)] {
        if filter.get(name).is_some() {
            said += 1;
            let mut all = Vec::new();
            for part in filter.structures(name) {
                all.push(self::passes(account, part, key)?);
            }
            if all.len() < 2 {
                return Err(invalid(format!("{name} should have at least two operands")));
            }
            passes &= if any { all.contains(&true) } else { !all.contains(&false) };
        }
    }
    if filter.get("Not").is_some() {
        said += 1;
        passes &= !self::passes(account, filter.structure("Not"), key)?;
    }
    for name in ["Tags", "CostCategories"] {
        if filter.get(name).is_some() {
            said += 1;
            passes &= filter.structure(name).texts("MatchOptions").contains(&"ABSENT");
        }
    }
    if filter.get("Dimensions").is_some() {
        said += 1;
        let asked = filter.structure("Dimensions");
        let value = Dimension::parse(asked.required("Key"))?.of(account, key);
        let options = asked.texts("MatchOptions");
        let folded = options.contains(&"CASE_INSENSITIVE");
        let fold = |text: &str| if folded { text.to_ascii_lowercase() } else { text.to_owned() };
        let value = fold(&value);
        passes &= asked.texts("Values").into_iter().map(fold).any(|wanted| {
            if options.contains(&"STARTS_WITH") {
                value.starts_with(&wanted)
            } else if options.contains(&"ENDS_WITH") {
                value.ends_with(&wanted)
            } else if options.contains(&"CONTAINS") {
                value.contains(&wanted)
            } else {
                value == wanted
            }
        });
    }
    match said {
        1 => Ok(passes),
        _ => Err(invalid(
            "Expression must have exactly one root: Dimensions, Tags, CostCategories, And, Or or Not",
        )),
    }
}

/// One of at most two names that a charge is summed under.
#[derive(Clone, Debug)]
pub enum Group {
    Dimension(Dimension),
    /// `Key$`: the charges without that tag or category, which all are.
    Untagged(String),
}

impl Group {
    pub fn read(parameters: Parameters<'_>) -> Result<Vec<Self>, Fault> {
        let groups = parameters.structures("GroupBy");
        if groups.len() > 2 {
            return Err(invalid("Grouping by more than two keys is not supported"));
        }
        groups
            .into_iter()
            .map(|group| {
                let key = group.required("Key");
                match group.required("Type") {
                    "DIMENSION" => Dimension::parse(key).map(Group::Dimension),
                    "TAG" | "COST_CATEGORY" => Ok(Group::Untagged(format!("{key}$"))),
                    other => Err(invalid(format!("Group type {other} is invalid."))),
                }
            })
            .collect()
    }

    pub fn of(&self, account: &Account, key: &Key) -> String {
        match self {
            Group::Dimension(dimension) => dimension.of(account, key),
            Group::Untagged(name) => name.clone(),
        }
    }
}
