//! SET and RESET (Developer Guide, "SET").

use super::{CommandContext, done};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::parameter;
use crate::sql::session::RandomState;

/// Without values the parameter goes back to what the user's sessions begin with.
pub(super) fn run(
    name: &str,
    values: Option<&[String]>,
    local: bool,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let name = name.to_ascii_lowercase();
    if name == "seed" {
        return seed(values, context);
    }
    let Some(values) = values else {
        reset(&name, local, context)?;
        return done("RESET");
    };
    let now = context.session.settings.get(&name).map(String::as_str);
    let value = parameter::value(&name, values, now)?;
    context.session.set(&name, Some(value), local);
    done("SET")
}

fn reset(name: &str, local: bool, context: &mut CommandContext<'_>) -> SqlResult<()> {
    let first = context
        .principals()
        .user(context.session.authenticated)
        .map(|user| user.settings.clone())
        .unwrap_or_default();
    if name == "all" {
        let known: Vec<String> = context.session.settings.keys().chain(first.keys()).cloned().collect();
        for name in known {
            context.session.set(&name, first.get(&name).cloned(), local);
        }
        return Ok(());
    }
    if parameter::default_of(name).is_none() && !parameter::is_custom(name) {
        return Err(parameter::unknown(name));
    }
    context.session.set(name, first.get(name).cloned(), local);
    Ok(())
}

/// `SET SEED TO 0.25`: the numbers of `random()` begin anew.
fn seed(values: Option<&[String]>, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    let invalid =
        || SqlError::product("22023", "parameter \"seed\" requires a numeric value between 0 and 1");
    let seed: f64 = match values {
        Some([value]) => value.parse().map_err(|_| invalid())?,
        Some(_) => return Err(invalid()),
        None => 0.0,
    };
    if !(0.0..=1.0).contains(&seed) {
        return Err(invalid());
    }
    context.session.random = RandomState::seeded(seed);
    done("SET")
}
