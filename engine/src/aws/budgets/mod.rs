//! AWS Budgets: a limit on what a month (quarter, year, day) may cost, and somebody who is told when it is near.
//!
//! AWS looks at budgets some three times a day; here it is every eight hours of the simulated clock, in [`watch`].
//! Costs are of all services, or of those that the budget's filters name.

mod answer;
mod limit;
mod notification;
mod watch;

use serde::{Deserialize, Serialize};

use super::policy::Context;
use super::shape::operations;
use super::{Access, Account, Fault, Order, Reply};
use crate::clock::Instant;
use crate::sorted::SortedMap;
pub use answer::summaries;
use limit::Limit;
use notification::Notification;
pub use watch::watch;

operations! {
    CreateBudget "AccountId! Budget!:structure NotificationsWithSubscribers:structures ResourceTags:structures",
    UpdateBudget "AccountId! NewBudget!:structure",
    DeleteBudget "AccountId! BudgetName!",
    DescribeBudget "AccountId! BudgetName!",
    DescribeBudgets "AccountId! MaxResults:int NextToken",
    CreateNotification "AccountId! BudgetName! Notification!:structure Subscribers!:structures",
    DeleteNotification "AccountId! BudgetName! Notification!:structure",
    DescribeNotificationsForBudget "AccountId! BudgetName! MaxResults:int NextToken",
    DescribeSubscribersForNotification "AccountId! BudgetName! Notification!:structure MaxResults:int NextToken",
}

/// Operations AWS has and the sandbox does not.
pub const NOT_SIMULATED: &str = "Create|Delete|Describe|Execute|Update:BudgetAction Create|Delete|Update:Subscriber \
DescribeBudgetActionHistories DescribeBudgetActionsForAccount DescribeBudgetActionsForBudget \
DescribeBudgetNotificationsForAccount DescribeBudgetPerformanceHistory UpdateNotification";

/// The budgets of the account, and every message that they have sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Budgets {
    budgets: SortedMap<String, Budget>,
    pub alarms: Vec<Alarm>,
    /// How many of them were told to whoever let time pass.
    told: usize,
}

impl Budgets {
    /// Whether somebody watches costs at all.
    pub fn are_set(&self) -> bool {
        !self.budgets.is_empty()
    }

    /// The messages since somebody last asked.
    pub fn news(&mut self) -> Vec<Alarm> {
        let news = self.alarms[self.told.min(self.alarms.len())..].to_vec();
        self.told = self.alarms.len();
        news
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Budget {
    limit: Limit,
    notifications: Vec<Notification>,
    updated: Instant,
}

/// A message to whoever watches a budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    pub at: Instant,
    pub budget: String,
    /// What was watched had come to so many millionths of a dollar, above (or below) so many.
    pub micros: u64,
    pub threshold_micros: u64,
    /// It is what the period will come to, not what it has.
    pub forecast: bool,
    /// Addresses that it went to.
    pub subscribers: Vec<String>,
}

/// The sentences are those of public issue threads about Terraform's provider; unlisted ones are unconfirmed.
fn not_found(name: &str) -> Fault {
    Fault::refused(
        "NotFoundException",
        400,
        format!("Unable to get budget: {name} - the budget doesn't exist."),
    )
}

fn invalid(message: impl Into<String>) -> Fault {
    Fault::refused("InvalidParameterException", 400, message)
}

pub fn access(operation: Operation, account: &Account, order: &Order<'_>) -> Vec<Access> {
    let parameters = order.parameters;
    let name = match operation {
        Operation::CreateBudget => parameters.structure("Budget").required("BudgetName"),
        Operation::UpdateBudget => parameters.structure("NewBudget").required("BudgetName"),
        Operation::DescribeBudgets => "*",
        _ => parameters.required("BudgetName"),
    };
    let action = match operation {
        Operation::DescribeBudget
        | Operation::DescribeBudgets
        | Operation::DescribeNotificationsForBudget
        | Operation::DescribeSubscribersForNotification => "ViewBudget",
        _ => "ModifyBudget",
    };
    vec![Access {
        action: format!("budgets:{action}"),
        resource: format!("arn:aws:budgets::{}:budget/{name}", account.id),
        context: Context::default(),
    }]
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    let parameters = order.parameters;
    if parameters.required("AccountId") != account.id {
        return Err(Fault::refused(
            "AccessDeniedException",
            400,
            format!("Account {} is not yours", parameters.required("AccountId")),
        ));
    }
    let name = parameters.required("BudgetName");
    let value = match operation {
        Operation::CreateBudget => create(account, order)?,
        Operation::UpdateBudget => {
            let (name, limit) = Limit::read(parameters.structure("NewBudget"), order.now)?;
            let budget = account.budgets.budgets.get_mut(&name).ok_or_else(|| not_found(&name))?;
            budget.limit = limit;
            budget.updated = order.now;
            serde_json::json!({})
        }
        Operation::DeleteBudget => {
            account.budgets.budgets.remove(name).ok_or_else(|| not_found(name))?;
            serde_json::json!({})
        }
        Operation::DescribeBudget => answer::budget(account, name, order.now)?,
        Operation::DescribeBudgets => answer::budgets(account, order.now),
        Operation::CreateNotification => {
            let subscribers = parameters.structures("Subscribers");
            let new = Notification::read(parameters.structure("Notification"), &subscribers)?;
            let budget = account.budgets.budgets.get_mut(name).ok_or_else(|| not_found(name))?;
            notification::add(&mut budget.notifications, new)?;
            serde_json::json!({})
        }
        Operation::DeleteNotification => {
            let budget = account.budgets.budgets.get_mut(name).ok_or_else(|| not_found(name))?;
            let at = notification::find(&budget.notifications, parameters.structure("Notification"))?;
            budget.notifications.remove(at);
            serde_json::json!({})
        }
        Operation::DescribeNotificationsForBudget => answer::notifications(account, name)?,
        Operation::DescribeSubscribersForNotification => {
            answer::subscribers(account, name, parameters.structure("Notification"))?
        }
    };
    Ok(Reply { value, body: None })
}

fn create(account: &mut Account, order: &Order<'_>) -> Result<serde_json::Value, Fault> {
    let (name, limit) = Limit::read(order.parameters.structure("Budget"), order.now)?;
    if account.budgets.budgets.contains_key(&name) {
        let message = format!("Error creating budget: {name} - the budget already exists.");
        return Err(Fault::refused("DuplicateRecordException", 400, message));
    }
    let mut notifications = Vec::new();
    for given in order.parameters.structures("NotificationsWithSubscribers") {
        let new = Notification::read(given.structure("Notification"), &given.structures("Subscribers"))?;
        notification::add(&mut notifications, new)?;
    }
    account.budgets.budgets.insert(name, Budget { limit, notifications, updated: order.now });
    Ok(serde_json::json!({}))
}
