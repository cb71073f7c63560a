//! That nothing leaks: every try of a user who may not see something comes out the same whatever that something is.
//!
//! Two accounts differ in hidden values only ([`ground`]); the same statements ([`attack`]) are run in both, and all that
//! comes back is compared: rows, counts, notices, error texts with details and the whole explanation, and what the statement is
//! said to have read. Every other pair hides different numbers of
//! rows, also behind views, and compares rows and errors only.

mod attack;
mod ground;

use sandshift_engine::sandbox::Sandbox;
use sandshift_engine::sql::session::SessionId;
use sandshift_lessons::transcript::rows;

use crate::choice::{Choices, case_seed, shrink};
use crate::guarded::{self, Ended, Limits};

/// Tries in one pair of accounts.
pub const TRIES: usize = 60;
const STEPS: usize = 10_000;
/// Looks at fewer tries.
const LOOKS: usize = 400;

/// One account of a pair, and the session in it that looks.
struct Door {
    sandbox: Sandbox,
    session: SessionId,
}

impl Door {
    fn open(script: &str) -> Result<Door, String> {
        let mut sandbox = ground::account(script)?;
        let session = sandbox.connect(ground::EVE, None).map_err(|error| error.to_string())?;
        Ok(Door { sandbox, session })
    }

    fn run(&mut self, text: &str, counters: bool) -> Vec<String> {
        let ended = guarded::run(&mut self.sandbox, self.session, text, &Limits::steps(STEPS));
        // What failed within a transaction leaves it open.
        guarded::run(&mut self.sandbox, self.session, "ROLLBACK", &Limits::steps(STEPS));
        ended.iter().map(|ended| seen(ended, counters)).collect()
    }
}

/// Everything that a statement lets its user see; what it read only with `counters`.
fn seen(ended: &Ended, counters: bool) -> String {
    match ended {
        Ended::Answered(answer) => {
            let done = &answer.completion;
            format!(
                "{} {:?} {:?} {:?} {:?}",
                done.tag,
                done.notices,
                done.rows_affected,
                counters.then_some(done.statistics),
                rows(answer).unwrap_or_default()
            )
        }
        Ended::Refused(error) => format!("ERROR {} {:?} {:?}", error.kind.state(), error.kind, error.around),
        other => other.defect().unwrap_or_else(|| "it takes too long".to_owned()),
    }
}

/// What pair `number` of a run shows: how many tries were answered, and the leak found, told.
///
/// # Errors
/// Why the accounts could not be made.
pub fn pair(seed: u64, number: u64) -> Result<(u64, Option<String>), String> {
    let seed = case_seed(seed, number);
    let shared = |salt| Choices::drawn(case_seed(seed, salt));
    let counters = number.is_multiple_of(2);
    let scripts = [1, 2]
        .map(|salt| ground::script(&mut shared(0), &mut Choices::drawn(case_seed(seed, salt)), !counters));
    let mut choices = shared(3);
    let targets: Vec<&ground::Target> = if counters {
        ground::SEALED.iter().collect()
    } else {
        ground::SEALED.iter().chain(&ground::SHOWN).collect()
    };
    let tries: Vec<String> =
        (0..TRIES).map(|number| attack::attack(&mut choices, &targets, counters, number)).collect();
    let compared = |tries: &[String]| compared(&scripts, tries, counters);
    let (answered, leak) = compared(&tries)?;
    let Some((at, ..)) = leak else { return Ok((answered, None)) };
    // The tries before the one that leaks matter only if it does not leak without them.
    let list: Vec<u32> = (1..=at as u32 + 1).collect();
    let kept = |list: &[u32]| -> Vec<String> {
        list.iter().filter(|number| **number > 0).map(|number| tries[*number as usize - 1].clone()).collect()
    };
    let list = shrink(list, LOOKS, |list| {
        let ordered = list.windows(2).all(|pair| pair[1] == 0 || pair[0] < pair[1]);
        ordered && compared(&kept(list)).is_ok_and(|(_, leak)| leak.is_some())
    });
    let tries = kept(&list);
    let Some((at, one, other)) = compared(&tries)?.1 else {
        return Ok((answered, Some("  it does not leak when tried again\n".to_owned())));
    };
    let mut told = String::new();
    let tried = tries.join(" ").replace("shown", "base");
    for (who, script, other) in [("one", &scripts[0], &scripts[1]), ("other", &scripts[1], &scripts[0])] {
        let matters = |line: &&str| line.split(' ').nth(2).is_some_and(|table| tried.contains(table));
        let own = script.lines().filter(|line| !other.lines().any(|other| other == *line));
        told += &own.filter(matters).map(|line| format!("  admin, {who}> {line}\n")).collect::<String>();
    }
    for text in &tries[..=at] {
        told += &format!("  eve> {text};\n");
    }
    Ok((answered, Some(format!("{told}  one:   {one}\n  other: {other}\n"))))
}

/// A try that came out differently, its number first.
type Leak = (usize, String, String);

fn compared(scripts: &[String; 2], tries: &[String], counters: bool) -> Result<(u64, Option<Leak>), String> {
    let (mut one, mut other) = (Door::open(&scripts[0])?, Door::open(&scripts[1])?);
    let mut answered = 0;
    for (number, text) in tries.iter().enumerate() {
        let (ours, theirs) = (one.run(text, counters), other.run(text, counters));
        answered += u64::from(!ours.iter().any(|seen| seen.starts_with("ERROR")));
        if ours == theirs {
            continue;
        }
        let at = ours.iter().zip(&theirs).position(|(ours, theirs)| ours != theirs).unwrap_or(0);
        let told = |seen: &[String]| seen.get(at).cloned().unwrap_or_default();
        return Ok((answered, Some((number, told(&ours), told(&theirs)))));
    }
    Ok((answered, None))
}
