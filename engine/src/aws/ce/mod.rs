//! Cost Explorer: the meter's records and their costs, asked by time, kind and filter (fact sheet, section 10.5).
//!
//! Its figures are there at once; AWS's may be a day late. A request costs a cent, as AWS's does.

mod expression;
mod forecast;
mod period;
mod usage;

use super::policy::Context;
use super::shape::operations;
use super::{Access, Account, Fault, Order, Reply};

operations! {
    GetCostAndUsage "TimePeriod!:structure Granularity! Filter:structure Metrics!:strings GroupBy:structures NextPageToken",
    GetCostForecast "TimePeriod!:structure Metric! Granularity! Filter:structure PredictionIntervalLevel:int",
    GetDimensionValues "SearchString TimePeriod!:structure Dimension! Context Filter:structure SortBy:structures MaxResults:int NextPageToken",
}

/// Operations AWS has and the sandbox does not.
pub const NOT_SIMULATED: &str = "Create|Delete|Get+|Update:AnomalyMonitor \
Create|Delete|Get+|Update:AnomalySubscription Create|Delete|Describe|List+|Update:CostCategoryDefinition \
Tag|Untag:Resource GetAnomalies ProvideAnomalyFeedback ListCostAllocationTags UpdateCostAllocationTagsStatus \
GetCostAndUsageWithResources GetCostCategories GetReservationCoverage GetReservationPurchaseRecommendation \
GetReservationUtilization GetRightsizingRecommendation GetSavingsPlansCoverage \
GetSavingsPlansPurchaseRecommendation GetSavingsPlansUtilization GetSavingsPlansUtilizationDetails GetTags \
ListTagsForResource GetUsageForecast";

/// A refusal. Every sentence that the fact sheet does not give is unconfirmed.
fn invalid(message: impl Into<String>) -> Fault {
    Fault::refused("ValidationException", 400, message)
}

pub fn access(operation: Operation, account: &Account, _order: &Order<'_>) -> Vec<Access> {
    // Cost Explorer decides on `/<operation>` of its one endpoint.
    let name = operation.name();
    let resource = format!("arn:aws:ce:us-east-1:{}:/{name}", account.id);
    vec![Access { action: format!("ce:{name}"), resource, context: Context::default() }]
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    let value = match operation {
        Operation::GetCostAndUsage => usage::cost_and_usage(account, order)?,
        Operation::GetCostForecast => forecast::forecast(account, order)?,
        Operation::GetDimensionValues => usage::dimension_values(account, order)?,
    };
    Ok(Reply { value, body: None })
}
