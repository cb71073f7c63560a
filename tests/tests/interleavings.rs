//! Three sessions at once, in any order: what they did equals some order of those that committed, and nobody waits for ever.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use sandshift_engine::sandbox::{ADMIN, Answer, Running, Sandbox};
use sandshift_engine::sql::outcome::Step;
use sandshift_engine::sql::parse;
use sandshift_engine::sql::session::SessionId;
use sandshift_lessons::transcript::rows;
use sandshift_tests::choice::Choices;

const CASES: u64 = 200;

/// What a transaction may do; each tells of what it saw.
const DEEDS: [&str; 10] = [
    "SELECT sum(x) FROM a",
    "SELECT sum(x) FROM b",
    "INSERT INTO a SELECT sum(x) FROM b",
    "INSERT INTO b SELECT sum(x) FROM a",
    "INSERT INTO a VALUES (7)",
    "UPDATE a SET x = x * 2 + 1",
    "UPDATE b SET x = x + (SELECT count(*) FROM a)",
    "DELETE FROM b WHERE x > (SELECT min(x) FROM a)",
    "LOCK a",
    "LOCK b, a",
];

/// One of the three: a transaction in statements, how far it is, and what it was told.
struct Player {
    session: SessionId,
    left: Vec<&'static str>,
    deeds: Vec<&'static str>,
    running: Option<Running>,
    told: Vec<String>,
    committed: bool,
}

fn ground() -> Sandbox {
    let mut sandbox = Sandbox::new(1);
    let session = sandbox.connect(ADMIN, None).unwrap();
    let text = "CREATE TABLE a (x BIGINT); CREATE TABLE b (x BIGINT); INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (3)";
    assert!(sandbox.execute(session, text).iter().all(|each| each.result.is_ok()));
    sandbox.disconnect(session);
    sandbox
}

fn told(answer: &Answer) -> String {
    format!("{} {:?}", answer.completion.tag, rows(answer))
}

impl Player {
    fn new(sandbox: &mut Sandbox, deeds: Vec<&'static str>) -> Self {
        let mut left = vec!["COMMIT"];
        left.extend(deeds.iter().rev());
        left.push("BEGIN");
        let session = sandbox.connect(ADMIN, None).unwrap();
        Player { session, left, deeds, running: None, told: Vec::new(), committed: false }
    }

    fn is_over(&self) -> bool {
        self.running.is_none() && self.left.is_empty()
    }

    /// Goes on to the end of a statement; `false` when it waits.
    fn go(&mut self, sandbox: &mut Sandbox) -> bool {
        let statement = if self.running.is_none() { self.left.pop() } else { None };
        if let Some(text) = statement {
            let parsed = parse::parse(text).unwrap().pop().unwrap();
            match sandbox.start(self.session, &parsed) {
                Ok(running) => self.running = Some(running),
                Err(error) => {
                    self.fail(sandbox, error.kind.state());
                    return true;
                }
            }
        }
        let Some(mut running) = self.running.take() else { return true };
        let mut batches = Vec::new();
        loop {
            match sandbox.step(&mut running) {
                Ok(Step::Running(_)) => {}
                Ok(Step::Rows(batch)) => batches.push(batch),
                Ok(Step::Waiting(wait)) => {
                    let holder = sandbox.session(SessionId(wait.process));
                    assert!(holder.is_some(), "{} waits for nobody", self.session.0);
                    self.running = Some(running);
                    return false;
                }
                Ok(Step::Done(completion)) => {
                    self.committed = completion.tag == "COMMIT";
                    self.told.push(told(&Answer { completion, batches }));
                    return true;
                }
                Err(error) => {
                    self.fail(sandbox, error.kind.state());
                    return true;
                }
            }
        }
    }

    fn fail(&mut self, sandbox: &mut Sandbox, state: &str) {
        assert!(matches!(state, "40001" | "40P01"), "{state} in {:?}", self.deeds);
        self.left.clear();
        sandbox.execute(self.session, "ROLLBACK");
    }
}

/// What there is in the end.
fn content(sandbox: &mut Sandbox) -> String {
    let session = sandbox.connect(ADMIN, None).unwrap();
    let text = "SELECT x FROM a ORDER BY x; SELECT x FROM b ORDER BY x";
    let answers = sandbox.execute(session, text);
    answers.iter().map(|each| told(each.result.as_ref().unwrap())).collect()
}

fn orders(of: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..of {
        let longer = all.iter().flat_map(|order: &Vec<usize>| {
            (0..of).filter(|next| !order.contains(next)).map(|next| [&order[..], &[next]].concat())
        });
        all = longer.collect();
    }
    all
}

#[test]
fn what_was_committed_has_an_order() {
    let ground = ground();
    let (mut refused, mut waited) = (0, 0);
    for seed in 0..CASES {
        let mut choices = Choices::drawn(seed);
        let mut sandbox = ground.clone();
        let mut players: Vec<Player> = (0..3)
            .map(|_| {
                let deeds = (0..=choices.below(3)).map(|_| choices.of(&DEEDS)).collect();
                Player::new(&mut sandbox, deeds)
            })
            .collect();
        let mut still = 0;
        while players.iter().any(|player| !player.is_over()) {
            let at = choices.below(players.len());
            if players[at].is_over() {
                continue;
            }
            // A statement that only waits is asked again and again; somebody else must be able to go on.
            still = if players[at].go(&mut sandbox) { 0 } else { still + 1 };
            waited += usize::from(still > 0);
            assert!(still < 200, "seed {seed}: everybody waits");
        }
        refused += players.iter().filter(|player| !player.committed).count();
        let done: Vec<&Player> = players.iter().filter(|player| player.committed).collect();
        let end = content(&mut sandbox);
        let serial = orders(done.len()).into_iter().any(|order| {
            let mut sandbox = ground.clone();
            let same = order.iter().all(|at| {
                let mut alone = Player::new(&mut sandbox, done[*at].deeds.clone());
                while !alone.is_over() {
                    assert!(alone.go(&mut sandbox));
                }
                alone.told == done[*at].told
            });
            same && content(&mut sandbox) == end
        });
        let deeds: Vec<_> = done.iter().map(|player| (&player.deeds, &player.told)).collect();
        assert!(serial, "seed {seed}: {deeds:#?} came to {end}");
    }
    // The cases must have shown what this is about.
    assert!(refused > 20 && waited > 100, "{refused} refused, {waited} waits");
}
