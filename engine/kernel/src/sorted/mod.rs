//! Maps and sets that lie in key order, as lists, and what puts a list in order.
//!
//! Every pair of types makes the compiler write the standard library's B-tree anew, ten kilobytes each: for fifty
//! kinds of map half a megabyte of the engine. What an account keeps by name is looked up often, changed seldom and
//! small, or grows at its end; a list searched by halves is as quick there and a tenth of the code. The names of
//! the methods are the standard library's.

mod map;
mod order;
mod set;

pub use map::{Entry, SortedMap};
pub use order::{sort, sort_by, sort_by_key};
pub use set::SortedSet;
