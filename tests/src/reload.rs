//! An account away and back, as when a tab is closed and opened again.

use std::collections::BTreeMap;

use sandshift_engine::sandbox::Sandbox;
use sandshift_lessons::generator::maker;

/// The account that is read from what was written of this one; it must be the same to the last byte.
///
/// # Errors
/// What does not come back.
pub fn reloaded(sandbox: &Sandbox) -> Result<Sandbox, String> {
    let saved = sandbox.save(&|_| false).map_err(|error| error.to_string())?;
    let blocks: BTreeMap<u64, Vec<u8>> = saved.blocks.into_iter().collect();
    if blocks.keys().copied().collect::<Vec<_>>() != saved.live {
        return Err(format!("blocks {:?} were written of {:?}", blocks.keys(), saved.live));
    }
    let back = Sandbox::load(&saved.manifest, &mut |number| blocks.get(&number).cloned(), maker)
        .map_err(|error| format!("{error:?}"))?;
    let again = back.save(&|_| true).map_err(|error| error.to_string())?;
    if again.manifest != saved.manifest {
        return Err("written again, it is not the same account".to_owned());
    }
    Ok(back)
}
