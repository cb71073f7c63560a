//! ORDER BY with LIMIT: the sort keeps only the rows that can be wanted.

use crate::sql::plan::Plan;

pub(super) fn top(mut plan: Plan) -> Plan {
    if let Plan::Limit { input, limit: Some(limit), offset } = &mut plan
        && let Some(wanted) = limit.checked_add(*offset)
    {
        keep(input, wanted);
    }
    for input in plan.inputs_mut() {
        *input = top(std::mem::replace(input, Plan::Empty));
    }
    plan
}

/// Reaches the sort through what changes neither number nor order of rows.
fn keep(plan: &mut Plan, wanted: u64) {
    match plan {
        Plan::Sort { limit, .. } => *limit = Some(limit.map_or(wanted, |known| known.min(wanted))),
        Plan::Project { input, .. } => keep(input, wanted),
        _ => {}
    }
}
