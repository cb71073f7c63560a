//! Where a piece of the tree stands in the text, for errors; and the walk over an expression that finds it.

use super::expression::{Expression, PathStep};
use super::from::TableFactor;
use super::function::{Window, WindowSpecification};
use super::name::{Ident, ObjectName};
use super::query::SelectItem;
use crate::sql::error::Span;

/// No place at all.
const NOWHERE: Span = Span { start: usize::MAX, end: 0 };

pub trait Spanned {
    /// From the first name or constant to the last; empty where nothing was written.
    fn span(&self) -> Span;
}

fn both(one: Span, other: Span) -> Span {
    Span { start: one.start.min(other.start), end: one.end.max(other.end) }
}

fn all<'i>(idents: impl IntoIterator<Item = &'i Ident>) -> Span {
    idents.into_iter().fold(NOWHERE, |place, ident| both(place, ident.span))
}

impl Spanned for Expression {
    fn span(&self) -> Span {
        let mut place = match self {
            Expression::Identifier(ident) => return ident.span,
            Expression::CompoundIdentifier(parts) => return all(parts),
            Expression::Value(constant) | Expression::TypedString { value: constant, .. } => {
                return constant.span;
            }
            Expression::Case(case) => return case.span,
            Expression::Interval(interval) => return interval.value.span,
            Expression::Subquery(query) => return query.span,
            Expression::InSubquery { subquery, .. } | Expression::Exists { subquery, .. } => subquery.span,
            Expression::Function(function) => function.name.span(),
            Expression::Path { steps, .. } => all(steps.iter().filter_map(|step| match step {
                PathStep::Attribute(ident) => Some(ident),
                PathStep::Index(_) => None,
            })),
            _ => NOWHERE,
        };
        // A chain of operators leans to the left and may be long.
        let mut rest = self;
        while let Expression::BinaryOp { left, right, .. } = rest {
            place = both(place, right.span());
            rest = left;
        }
        if !std::ptr::eq(rest, self) {
            return both(place, rest.span());
        }
        self.each_child(&mut |child| place = both(place, child.span()));
        place
    }
}

impl Spanned for ObjectName {
    fn span(&self) -> Span {
        all(&self.0)
    }
}

impl Spanned for SelectItem {
    fn span(&self) -> Span {
        match self {
            SelectItem::Unnamed(expr) | SelectItem::Named { expr, .. } => expr.span(),
            SelectItem::Wildcard { span, .. } => *span,
            SelectItem::QualifiedWildcard { name, .. } => name.span(),
        }
    }
}

impl Spanned for TableFactor {
    fn span(&self) -> Span {
        match self {
            TableFactor::Table { span, .. }
            | TableFactor::Function { span, .. }
            | TableFactor::Derived { span, .. }
            | TableFactor::NestedJoin { span, .. }
            | TableFactor::Unnest { span, .. }
            | TableFactor::UnpivotExpression { span, .. }
            | TableFactor::Pivot { span, .. }
            | TableFactor::Unpivot { span, .. } => *span,
        }
    }
}

impl Expression {
    /// The expressions that this one is made of; not those inside of queries.
    pub fn each_child<'e>(&'e self, see: &mut dyn FnMut(&'e Expression)) {
        use Expression as E;
        match self {
            E::Identifier(_)
            | E::CompoundIdentifier(_)
            | E::Value(_)
            | E::TypedString { .. }
            | E::Interval(_)
            | E::Exists { .. }
            | E::Subquery(_) => {}
            E::Nested(expr)
            | E::Collate { expr, .. }
            | E::IsNull { expr, .. }
            | E::IsBoolean { expr, .. }
            | E::InSubquery { expr, .. }
            | E::UnaryOp { expr, .. }
            | E::Cast { expr, .. }
            | E::Extract { expr, .. }
            | E::Prior(expr)
            | E::OuterJoin(expr) => see(expr),
            E::IsDistinctFrom { left, right }
            | E::Quantified { left, right, .. }
            | E::BinaryOp { left, right, .. }
            | E::AtTimeZone { timestamp: left, time_zone: right }
            | E::Position { expr: left, within: right } => {
                see(left);
                see(right);
            }
            E::Between { expr, low, high, .. } => {
                see(expr);
                see(low);
                see(high);
            }
            E::InList { expr, list, .. } => {
                see(expr);
                list.iter().for_each(see);
            }
            E::Tuple(parts) => parts.iter().for_each(see),
            E::Like { expr, pattern, escape, .. } => {
                see(expr);
                see(pattern);
                escape.iter().for_each(|escape| see(escape));
            }
            E::Trim { what, expr, .. } => {
                what.iter().for_each(|what| see(what));
                see(expr);
            }
            E::Path { root, steps } => {
                see(root);
                for step in steps {
                    if let PathStep::Index(index) = step {
                        see(index);
                    }
                }
            }
            E::Case(case) => {
                case.operand.iter().for_each(&mut *see);
                for when in &case.conditions {
                    see(&when.condition);
                    see(&when.result);
                }
                case.else_result.iter().for_each(see);
            }
            E::Function(function) => {
                function.args.iter().for_each(&mut *see);
                function.within_group.iter().for_each(|key| see(&key.expr));
                if let Some(Window::Written(WindowSpecification { partition_by, order_by, .. })) =
                    &function.over
                {
                    partition_by.iter().for_each(&mut *see);
                    order_by.iter().for_each(|key| see(&key.expr));
                }
            }
        }
    }

    /// Every name in it outside of queries, and whether `(+)` follows.
    pub fn each_name<'e>(&'e self, see: &mut dyn FnMut(&'e [Ident], bool)) {
        match self {
            Expression::Identifier(name) => see(std::slice::from_ref(name), false),
            Expression::CompoundIdentifier(names) => see(names, false),
            Expression::OuterJoin(inner) => inner.each_name(&mut |names, _| see(names, true)),
            Expression::BinaryOp { .. } => {
                let mut rest = self;
                while let Expression::BinaryOp { left, right, .. } = rest {
                    right.each_name(see);
                    rest = left;
                }
                rest.each_name(see);
            }
            _ => self.each_child(&mut |child| child.each_name(see)),
        }
    }
}
