//! What stands in an expression or a query, as it was written: the tree that `parse` grows and `bind` reads.
//!
//! It has what Redshift has and nothing else, and says where its names and constants stand in the text. Nothing
//! prints it: what is stored is the text.

mod data_type;
mod expression;
mod from;
mod function;
mod name;
mod operator;
mod place;
mod query;

pub use data_type::DataType;
pub use expression::{Case, CaseWhen, Constant, Expression, Interval, PathStep, TrimSide, Value};
pub use from::{
    ExpressionWithAlias, Join, JoinConstraint, JoinKind, TableAlias, TableFactor, TableWithJoins,
};
pub use function::{FrameBound, FrameUnits, Function, NamedWindow, Window, WindowFrame, WindowSpecification};
pub use name::{Ident, ObjectName};
pub use operator::{BinaryOperator, LikeKind, UnaryOperator};
pub use place::Spanned;
pub use query::{
    CommonTable, GroupBy, GroupElement, Hierarchy, OrderBy, Query, Select, SelectInto, SelectItem,
    SetExpression, SetOperator, With,
};
