//! Queries from text to rows, for tests of the kernel's operators that need a whole account around them.

mod tests;
