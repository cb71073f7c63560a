//! Statements that are not queries, one file each, named by what they do.
