//! A way that is seldom gone is a function of its own.
//!
//! A linker that may see everything puts what is called in one place into its caller, so that the one `match` over all
//! statements becomes a function of 80 KB. A browser compiles a function as a whole when it is first called, and the
//! first answer waits for it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

/// What `work` gives, from a function that is compiled when it is first called.
#[inline(never)]
pub fn apart<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Reads a list that is mostly empty, for `deserialize_with`.
///
/// # Errors
/// Those of its reader.
pub fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct Items<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
            if items.size_hint() == Some(0) {
                return Ok(Vec::new());
            }
            apart(|| {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(list)
            })
        }
    }
    deserializer.deserialize_seq(Items(PhantomData))
}
