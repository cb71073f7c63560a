//! `search_path`: which schemas an unqualified name is looked up in (Developer Guide, "search_path").

use super::bind::Scope;
use crate::warehouse::identifier::Identifier;

/// The value of a session that has set nothing, as SHOW prints it.
pub const DEFAULT: &str = "$user, public";

/// The session's path with `$user` filled in. Schemas that do not exist are still in it.
pub fn search_path(scope: Scope<'_>) -> Vec<Identifier> {
    let setting = scope.session.settings.get("search_path").map_or(DEFAULT, String::as_str);
    let user = scope.manifest.principals.user(scope.session.user).map(|user| user.name.clone());
    setting
        .split(',')
        .map(|part| part.trim().trim_matches(['"', '\'']))
        .filter(|part| !part.is_empty())
        .filter_map(|part| if part == "$user" { user.clone() } else { Some(Identifier::fold(part)) })
        .collect()
}
