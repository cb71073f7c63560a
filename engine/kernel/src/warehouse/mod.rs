//! The warehouse that statements stand on: names, owners, privileges and blocks of column data.
//!
//! Nothing here knows SQL text or AWS. Read [`data_type`], [`value`] and [`identifier`] first, then
//! [`catalog`] (what exists), [`access`] (who may), [`storage`] (where rows lie) and last [`manifest`],
//! which holds all three as one value that can be kept, copied and swapped.

pub mod access;
pub mod assume_role;
pub mod calendar;
pub mod catalog;
pub mod commit;
pub mod data_type;
pub mod default_privilege;
pub mod digest;
pub mod external;
pub mod guarded;
pub mod identifier;
pub mod initial;
pub mod manifest;
pub mod model;
pub mod nested;
pub mod note;
pub mod password;
pub mod policy;
pub mod routine;
pub mod storage;
pub mod system_role;
pub mod value;
