//! Functions that the product has and the sandbox does not, by name.
//!
//! A call to one is refused as not simulated, which is a different thing from a function that does not exist.

/// Families are told by their beginning.
const PREFIXES: &[&str] = &[
    "st_",
    "hll",
    "h3_",
    "ai_",
    "pg_get_cols",
    "pg_get_late",
    "pg_get_iam",
    "pg_get_grantee",
    "pg_get_session",
    "pg_last_unload",
    "explain_model",
];

const NAMES: &[&str] = &[
    "age",
    "array_contains",
    "array_distinct",
    "array_except",
    "array_intersection",
    "array_position",
    "array_positions",
    "array_sort",
    "array_union",
    "bpcharcmp",
    "bttext_pattern_cmp",
    "collate",
    "convert",
    "default_iam_role",
    "difference",
    "farmfingerprint64",
    "farmhash64",
    "generate_series",
    "get_bit",
    "get_byte",
    "get_number_attributes",
    "has_assumerole_privilege",
    "isfinite",
    "json_extract_path",
    "murmur3_32_hash",
    "object_transform",
    "pg_cancel_backend",
    "pg_last_copy_id",
    "pg_terminate_backend",
    "set_bit",
    "set_byte",
    "set_config",
    "slice_num",
    "soundex",
    "text_to_int_alt",
    "text_to_numeric_alt",
    "to_ascii",
    "to_geography",
    "urldecode",
    "urlencode",
];

/// Whether the product has a function of this (lower case) name that is not simulated.
pub fn known_gap(name: &str) -> bool {
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}
