//! Outer joins in Oracle's spelling: `FROM a, b WHERE a.x = b.x(+)` keeps the rows of `a` that find none of `b`.

use crate::sql::syntax;

use super::binder::Binder;
use super::from::{FromItem, fold};
use super::level::Named;
use crate::sql::error::{SqlError, SqlResult};

/// The conjuncts of a WHERE with `(+)` that make the outer joins, and what is left of it.
struct Marked<'q> {
    /// The item of FROM that the condition may find no row of.
    item: usize,
    others: Vec<usize>,
    condition: &'q syntax::Expression,
}

impl Binder<'_> {
    /// FROM and WHERE in Oracle's spelling: a column with `(+)` belongs to the side that may be missing.
    pub fn old_outer_joins(
        &mut self,
        tables: &[syntax::TableWithJoins],
        condition: &syntax::Expression,
    ) -> SqlResult<(FromItem, Option<syntax::Expression>)> {
        // unconfirmed: the guide gives these rules without their words.
        let refused = |text: &str| SqlError::product("0A000", text.to_owned());
        if tables.iter().any(|table| !table.joins.is_empty()) {
            return Err(refused("(+) outer joins cannot be used together with JOIN in the FROM clause"));
        }
        let mut items = Vec::new();
        for table in tables {
            items.push(Some(self.table_with_joins(table)?));
        }
        let mut marked = Vec::new();
        let mut rest: Option<syntax::Expression> = None;
        for conjunct in written_conjuncts(condition) {
            let (mut with, mut without) = (Vec::new(), Vec::new());
            conjunct.each_name(&mut |names, mark| {
                if let Some(item) = owner(&items, names) {
                    let into = if mark { &mut with } else { &mut without };
                    if !into.contains(&item) {
                        into.push(item);
                    }
                }
            });
            match with.as_slice() {
                [] if !is_marked(conjunct) => {
                    rest = Some(match rest {
                        None => conjunct.clone(),
                        Some(before) => and(before, conjunct.clone()),
                    });
                }
                [item] if !without.contains(item) => {
                    marked.push(Marked { item: *item, others: without, condition: conjunct });
                }
                [] => return Err(refused("(+) does not follow a column of the FROM clause")),
                _ => return Err(refused("a condition can mark the columns of one table with (+)")),
            }
        }
        let mut done: Vec<usize> =
            (0..items.len()).filter(|item| marked.iter().all(|marked| marked.item != *item)).collect();
        let widths: Vec<usize> =
            items.iter().map(|item| item.as_ref().map_or(0, |item| item.named.len())).collect();
        let mut whole: Option<FromItem> = None;
        for &item in &done {
            let Some(next) = items[item].take() else { continue };
            whole = Some(match whole {
                None => next,
                Some(left) => self.cross(left, next)?,
            });
        }
        while done.len() < items.len() {
            let ready = (0..items.len()).find(|item| {
                !done.contains(item)
                    && marked
                        .iter()
                        .filter(|marked| marked.item == *item)
                        .all(|marked| marked.others.iter().all(|other| done.contains(other)))
            });
            let (Some(item), Some(left)) = (ready, whole.take()) else {
                return Err(refused("two tables cannot be outer-joined to each other with (+)"));
            };
            let Some(right) = items[item].take() else { break };
            let on =
                marked.iter().filter(|marked| marked.item == item).map(|marked| marked.condition.clone());
            let on = on.reduce(and).map_or(syntax::JoinConstraint::None, syntax::JoinConstraint::On);
            self.level()?.marks_outer = true;
            let joined = self.join(left, right, syntax::JoinKind::Left, &on);
            self.level()?.marks_outer = false;
            whole = Some(joined?);
            done.push(item);
        }
        let mut whole = whole.unwrap_or_else(FromItem::nothing);
        // `*` gives the tables in the order they are written in.
        let mut parts: Vec<(usize, Vec<Named>)> = Vec::new();
        let mut named = whole.named.into_iter();
        for item in done {
            parts.push((item, named.by_ref().take(widths[item]).collect()));
        }
        crate::sorted::sort_by_key(&mut parts, |(item, _)| *item);
        whole.named = parts.into_iter().flat_map(|(_, named)| named).collect();
        Ok((whole, rest))
    }
}

/// Whether a WHERE is written with `(+)`.
pub(super) fn is_marked(condition: &syntax::Expression) -> bool {
    let mut found = false;
    condition.each_name(&mut |_, mark| found |= mark);
    found
}

fn and(left: syntax::Expression, right: syntax::Expression) -> syntax::Expression {
    syntax::Expression::BinaryOp {
        left: Box::new(left),
        op: syntax::BinaryOperator::And,
        right: Box::new(right),
    }
}

fn written_conjuncts(condition: &syntax::Expression) -> Vec<&syntax::Expression> {
    match condition {
        syntax::Expression::BinaryOp { left, op: syntax::BinaryOperator::And, right } => {
            let mut all = written_conjuncts(left);
            all.extend(written_conjuncts(right));
            all
        }
        syntax::Expression::Nested(inner)
            if matches!(**inner, syntax::Expression::BinaryOp { op: syntax::BinaryOperator::And, .. }) =>
        {
            written_conjuncts(inner)
        }
        other => vec![other],
    }
}

/// The item of FROM that a column belongs to.
fn owner(items: &[Option<FromItem>], names: &[syntax::Ident]) -> Option<usize> {
    let folded: Vec<String> = names.iter().map(fold).collect();
    items.iter().flatten().position(|item| match folded.as_slice() {
        [name] => item.named.iter().any(|named| named.name == *name),
        [.., relation, _] => item.sources.iter().any(|source| source.alias == *relation),
        [] => false,
    })
}
