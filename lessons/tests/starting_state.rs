//! A table that is made when it is read is the table that was filled at once: nothing but time tells them apart.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::Arc;

use sandshift_engine::sandbox::{ADMIN, Sandbox};
use sandshift_engine::warehouse::catalog::Table;
use sandshift_engine::warehouse::storage::generated::{Generated, Maker};
use sandshift_lessons::generator::columns::{AMOUNT, BOUGHT_IN, CHANNEL, INSTANT, REFUNDED, SESSION, USER};
use sandshift_lessons::generator::maker;
use sandshift_lessons::state;

const SEED: u64 = state::SEED;

const TABLES: [(&str, &[&Maker]); 3] = [
    (
        "CREATE TABLE t (userid integer, sessionid varchar(32), channel varchar(32))",
        &[&USER, &SESSION, &CHANNEL],
    ),
    ("CREATE TABLE t (sessionid varchar(32), ts timestamp)", &[&SESSION, &INSTANT]),
    (
        "CREATE TABLE t (sessionid varchar(32), refunded boolean, amount integer)",
        &[&BOUGHT_IN, &REFUNDED, &AMOUNT],
    ),
];

/// A table of `makers`, filled at once or later.
fn filled(seed: u64, ddl: &str, makers: &[&'static Maker], at_once: bool) -> Sandbox {
    let mut sandbox = Sandbox::new(seed);
    let arrays: Vec<_> = makers.iter().map(|maker| (maker.make)(seed)).collect();
    if at_once {
        sandbox.fill_table(ddl, arrays).unwrap();
    } else {
        let columns: Vec<_> = makers.iter().map(|maker| Arc::new(Generated::new(maker, seed))).collect();
        sandbox.fill_later(ddl, arrays[0].len() as u32, &columns).unwrap();
    }
    sandbox
}

fn table(sandbox: &Sandbox) -> &Table {
    let database = sandbox.warehouse.committed.catalog.database(&"dev".into()).unwrap();
    database.find(&"public".into(), &"t".into()).unwrap().table().unwrap()
}

/// What is asked, and everything that is answered.
fn answers(sandbox: &mut Sandbox, script: &str) -> String {
    let session = sandbox.connect(ADMIN, None).unwrap();
    let executed = sandbox.execute(session, script);
    sandbox.disconnect(session);
    executed
        .iter()
        .map(|each| {
            format!(
                "{:?}\n",
                each.result.as_ref().map(|answer| (&answer.completion.tag, &answer.batches)).unwrap()
            )
        })
        .collect()
}

#[test]
fn made_later_is_filled_at_once() {
    for seed in [1, SEED] {
        for (ddl, makers) in TABLES {
            let (once, later) = (filled(seed, ddl, makers, true), filled(seed, ddl, makers, false));
            let (once, later) = (table(&once), table(&later));
            assert_eq!(once.data.segments.len(), later.data.segments.len());
            assert_eq!(once.data.version, later.data.version);
            for (one, other) in once.data.segments.iter().zip(&later.data.segments) {
                assert_eq!(
                    (one.segment.rows, one.slices, one.region),
                    (other.segment.rows, other.slices, other.region)
                );
                for (number, (held, made)) in
                    one.segment.columns.iter().zip(&other.segment.columns).enumerate()
                {
                    assert_eq!(held.bytes, made.bytes, "bytes of column {number} of {ddl}");
                    assert_eq!(format!("{:?}", held.facts()), format!("{:?}", made.facts()));
                    assert_eq!(held.array(), made.array());
                    assert_eq!(held.id, made.id);
                }
            }
        }
    }
}

#[test]
fn statements_and_system_views_answer_alike() {
    let script = "SELECT \"table\", diststyle, size, tbl_rows, unsorted, stats_off FROM svv_table_info;
        SELECT slice, col, blocknum, num_values, minvalue, maxvalue FROM stv_blocklist ORDER BY slice, col, blocknum;
        EXPLAIN SELECT * FROM t;
        BEGIN; DELETE FROM t WHERE sessionid < '8'; ROLLBACK;
        DELETE FROM t WHERE sessionid > 'f'; VACUUM t;
        ALTER TABLE t ALTER DISTSTYLE KEY DISTKEY sessionid;
        INSERT INTO t SELECT * FROM t LIMIT 3;
        SELECT count(*), min(sessionid), max(sessionid) FROM t;
        ANALYZE COMPRESSION t;
        SELECT slice, sum(num_values) FROM stv_blocklist GROUP BY slice ORDER BY slice";
    for (ddl, makers) in TABLES {
        let mut once = filled(SEED, ddl, makers, true);
        let mut later = filled(SEED, ddl, makers, false);
        assert_eq!(answers(&mut once, script), answers(&mut later, script), "{ddl}");
    }
}

#[test]
fn what_can_be_made_again_is_not_stored() {
    let mut begun = state::course_warehouse(SEED).unwrap();
    let delete = "DELETE FROM raw_data.session_transaction WHERE refunded; INSERT INTO raw_data.channel VALUES ('TikTok')";
    answers(&mut begun, delete);
    let saved = begun.save(&|_| false).unwrap();
    let bytes: usize = saved.blocks.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(bytes < 20_000, "{bytes} bytes");
    let store: BTreeMap<u64, Vec<u8>> = saved.blocks.into_iter().collect();
    let mut back = Sandbox::load(&saved.manifest, &mut |block| store.get(&block).cloned(), maker).unwrap();
    let asked = "SELECT count(*), min(sessionid), sum(amount) FROM raw_data.session_transaction;
        SELECT channel, count(*), count(DISTINCT userid) FROM raw_data.user_session_channel GROUP BY 1 ORDER BY 1;
        SELECT max(ts) FROM raw_data.session_timestamp; SELECT count(*) FROM raw_data.channel";
    assert_eq!(answers(&mut begun, asked), answers(&mut back, asked));
    let unknown = Sandbox::load(&saved.manifest, &mut |block| store.get(&block).cloned(), |_| None);
    assert!(unknown.is_err_and(|error| error.to_string().contains("nothing makes columns of kind")));
}

/// The site serves a state as it is saved: read back, it is the state that was made.
#[test]
fn a_state_survives_being_saved() {
    for name in state::NAMES {
        let made = state::named(name).unwrap()(state::SEED).unwrap();
        let saved = made.save(&|_| false).unwrap();
        let blocks: BTreeMap<u64, Vec<u8>> = saved.blocks.iter().cloned().collect();
        let mut read = |number| blocks.get(&number).cloned();
        let mut back = Sandbox::load(&saved.manifest, &mut read, maker).unwrap();
        state::register_files(&mut back);
        let again = back.save(&|_| false).unwrap();
        assert!(saved.manifest == again.manifest, "{name}");
        assert!(saved.blocks == again.blocks, "{name}");
        println!("{name}: {} bytes and {} blocks", saved.manifest.len(), saved.blocks.len());
    }
}
