//! A relation behind policies: what is printed of it, and for whom.
//!
//! Without EXPLAIN RLS or EXPLAIN MASKING the policies and whatever they read stay out of sight, and so does how large
//! the relation is: the figures are those of a table of which nothing is known.

use super::cost;
use super::distribution::Place;
use super::step::{Planner, Scanned, Step, StepKind, aliased};
use crate::sql::expression::Expression;
use crate::sql::plan::{Field, Plan, Secure};

const UNKNOWN_ROWS: f64 = 1_000.0;

impl Planner<'_> {
    pub(super) fn secured(&self, secure: &Secure) -> Step {
        let known = self.common.borrow().clone();
        // Its steps are counted even where they are not shown.
        let below = self.step(&secure.input);
        let names: Vec<String> = secure.fields.iter().map(|field| field.name.clone()).collect();
        let title = format!("RLS SecureScan {}", alias(&secure.name, &secure.fields));
        if secure.open {
            let masks = masks(secure, &below.names);
            let mut step = if secure.rows {
                let (cost, place) = (below.cost, below.place);
                Step::over(StepKind::Subquery, &title, cost, vec![below], place)
            } else {
                below
            };
            step.details.extend(masks);
            return step.named(names);
        }
        self.common.replace(known);
        let title = match secure.rows {
            true => title,
            false => format!("Seq Scan on {}", aliased(&secure.name, &secure.fields)),
        };
        let kind = StepKind::Scan(Scanned {
            relation: Some(secure.relation),
            name: secure.name.clone(),
            without_statistics: false,
            range_restricted: false,
            filtered: secure.rows,
            closed: true,
        });
        let cost = cost::scan(UNKNOWN_ROWS, &[], cost::width(&secure.fields), &[], &|_| None);
        Step::over(kind, &title, cost, Vec::new(), Place::Scattered).named(names)
    }
}

fn alias<'a>(name: &'a str, fields: &'a [Field]) -> &'a str {
    fields.iter().find_map(|field| field.qualifier.as_deref()).unwrap_or(name)
}

/// What stands in the place of which column. The line is unconfirmed: the guide says that masks are shown, not how.
fn masks(secure: &Secure, texts: &[String]) -> Vec<String> {
    let Plan::Project { expressions, .. } = &secure.input else { return Vec::new() };
    let each = expressions.iter().zip(&secure.fields).zip(texts);
    let masked = each.filter(|((expression, _), _)| !matches!(expression, Expression::Column { .. }));
    masked.map(|((_, field), text)| format!("Mask: {} = {text}", field.name)).collect()
}
