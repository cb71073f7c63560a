//! Functions that the product has and the sandbox does not, by name.
//!
//! A call to one is refused as not simulated, which is a different thing from a function that does not exist.

/// Families are told by their beginning.
pub const PREFIXES: &[&str] = &["st_", "h3_", "ai_"];

/// The others, one by one.
pub const NAMES: &[&str] =
    &["addbbox", "dropbbox", "geometrytype", "reboot_cluster", "supportsbbox", "to_geography"];

/// Whether the product has a function of this (lower case) name that is not simulated.
pub fn known_gap(name: &str) -> bool {
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}
