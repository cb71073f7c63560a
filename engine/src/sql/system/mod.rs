//! System tables and views: the warehouse described in its own terms.

use crate::warehouse::data_type::DataType;

/// A system relation by number in the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemRelation(pub u16);

/// Finds `schema.name`; without a schema, `pg_catalog` is searched (it comes before the search path).
pub fn find(_schema: Option<&str>, _name: &str) -> Option<SystemRelation> {
    todo!("commands")
}

/// Its columns, in order.
pub fn columns(_relation: SystemRelation) -> Vec<(&'static str, DataType)> {
    todo!("commands")
}

/// True for `stl_*`, `stv_*`, `svl_*`, `svv_*`: a query over it runs on compute nodes.
pub fn on_compute_nodes(_relation: SystemRelation) -> bool {
    todo!("commands")
}

/// Its rows as this user sees them: superusers all, others what the product shows them (fact sheet, section 5).
pub fn rows(
    _relation: SystemRelation,
    _context: &super::execute::Context,
) -> super::error::SqlResult<super::outcome::Batch> {
    todo!("functions")
}
