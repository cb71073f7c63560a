//! Which columns an expression reads, and how to give them other numbers.

use crate::sorted::SortedSet;
use crate::sql::expression::Expression;

/// Adds every column that `expression` reads of its row.
pub(super) fn collect(expression: &Expression, into: &mut SortedSet<usize>) {
    expression.visit(&mut |inner| {
        if let Expression::Column { index, .. } = inner {
            into.insert(*index);
        }
    });
}

pub(super) fn of(expression: &Expression) -> SortedSet<usize> {
    let mut found = SortedSet::new();
    collect(expression, &mut found);
    found
}

pub(super) fn renumber(expression: &mut Expression, number: &dyn Fn(usize) -> usize) {
    expression.transform(&mut |inner| {
        if let Expression::Column { index, .. } = inner {
            *index = number(*index);
        }
    });
}

/// Puts `expressions[i]` wherever column `i` is read.
pub(super) fn substitute(expression: &mut Expression, expressions: &[Expression]) {
    if let Expression::Column { index, .. } = expression {
        if let Some(with) = expressions.get(*index) {
            *expression = with.clone();
        }
        return;
    }
    for child in expression.children_mut() {
        substitute(child, expressions);
    }
}

/// Whether computing it twice, or elsewhere, gives the same and cannot be told: no random number, no subquery.
pub(super) fn movable(expression: &Expression) -> bool {
    let mut movable = true;
    expression.visit(&mut |inner| match inner {
        Expression::Call { function, .. } => movable &= function.pure || STABLE.contains(&function.name),
        Expression::Subquery(_) => movable = false,
        _ => {}
    });
    movable
}

/// The same all through one statement, though not from one to the next.
const STABLE: [&str; 8] = [
    "getdate",
    "sysdate",
    "current_date",
    "current_user",
    "session_user",
    "user",
    "current_user_id",
    "current_database",
];
