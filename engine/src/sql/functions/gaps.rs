//! Functions that the product has and the sandbox does not, by name.
//!
//! A call to one is refused as not simulated, which is a different thing from a function that does not exist.

/// Families are told by their beginning.
const PREFIXES: &[&str] =
    &["st_", "hll", "h3_", "ai_", "array_", "pg_get_", "pg_last_unload", "explain_model"];

const NAMES: &[&str] = &[
    "age",
    "array",
    "bpcharcmp",
    "bttext_pattern_cmp",
    "collate",
    "convert",
    "default_iam_role",
    "difference",
    "farmfingerprint64",
    "farmhash64",
    "from_hex",
    "from_varbyte",
    "generate_series",
    "get_array_length",
    "get_bit",
    "get_byte",
    "get_number_attributes",
    "getbit",
    "has_assumerole_privilege",
    "is_array",
    "is_bigint",
    "is_boolean",
    "is_char",
    "is_decimal",
    "is_float",
    "is_integer",
    "is_object",
    "is_scalar",
    "is_smallint",
    "is_varchar",
    "isfinite",
    "json_extract_path",
    "json_size",
    "lower_attribute_names",
    "murmur3_32_hash",
    "object",
    "object_transform",
    "pg_cancel_backend",
    "pg_last_copy_id",
    "pg_terminate_backend",
    "set_bit",
    "set_byte",
    "set_config",
    "size",
    "slice_num",
    "soundex",
    "subarray",
    "text_to_int_alt",
    "text_to_numeric_alt",
    "to_ascii",
    "to_geography",
    "to_varbyte",
    "upper_attribute_names",
    "urldecode",
    "urlencode",
];

/// Whether the product has a function of this (lower case) name that is not simulated.
pub fn known_gap(name: &str) -> bool {
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}
