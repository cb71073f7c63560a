//! Calls, and the windows they look through.

use super::expression::Expression;
use super::name::{Ident, ObjectName};
use super::query::OrderBy;

#[derive(Clone, Debug)]
pub struct Function {
    pub name: ObjectName,
    /// Without parentheses, as CURRENT_USER is called.
    pub bare: bool,
    pub distinct: bool,
    /// `f(*)`.
    pub star: bool,
    pub args: Vec<Expression>,
    pub ignore_nulls: bool,
    pub within_group: Vec<OrderBy>,
    pub over: Option<Window>,
}

impl Function {
    pub fn new(name: ObjectName, args: Vec<Expression>) -> Self {
        Function {
            name,
            bare: false,
            distinct: false,
            star: false,
            args,
            ignore_nulls: false,
            within_group: Vec::new(),
            over: None,
        }
    }
}

/// What follows OVER, or AS in the WINDOW clause.
#[derive(Clone, Debug)]
pub enum Window {
    Named(Ident),
    Written(WindowSpecification),
}

#[derive(Clone, Debug)]
pub struct NamedWindow {
    pub name: Ident,
    pub window: Window,
}

#[derive(Clone, Debug)]
pub struct WindowSpecification {
    pub window_name: Option<Ident>,
    pub partition_by: Vec<Expression>,
    pub order_by: Vec<OrderBy>,
    pub window_frame: Option<Box<WindowFrame>>,
}

#[derive(Clone, Debug)]
pub struct WindowFrame {
    pub units: FrameUnits,
    pub start_bound: FrameBound,
    pub end_bound: Option<FrameBound>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameUnits {
    Rows,
    Range,
    Groups,
}

impl FrameUnits {
    pub const ALL: [(&'static str, FrameUnits); 3] =
        [("ROWS", FrameUnits::Rows), ("RANGE", FrameUnits::Range), ("GROUPS", FrameUnits::Groups)];

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, units)| *units == self).map_or("", |(name, _)| name)
    }
}

/// `None` is UNBOUNDED.
#[derive(Clone, Debug)]
pub enum FrameBound {
    CurrentRow,
    Preceding(Option<Expression>),
    Following(Option<Expression>),
}
