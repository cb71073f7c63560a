//! What a row's name stands for (a part of a moment, a zone), where most rows name the same.

use crate::sql::error::SqlResult;

/// The last name and what it stands for: looked up again only where the name changes.
pub struct LastName<'a, T>(Option<(&'a str, T)>);

impl<T> Default for LastName<'_, T> {
    fn default() -> Self {
        LastName(None)
    }
}

impl<'a, T: Copy> LastName<'a, T> {
    pub fn find(&mut self, name: &'a str, look_up: impl FnOnce(&'a str) -> SqlResult<T>) -> SqlResult<T> {
        match self.0 {
            Some((known, found)) if known == name => Ok(found),
            _ => {
                let found = look_up(name)?;
                self.0 = Some((name, found));
                Ok(found)
            }
        }
    }
}
