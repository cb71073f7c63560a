//! When a snapshot comes by itself.

use sandshift_engine::sandbox::{CLUSTER, PRINCIPAL, Sandbox};

/// Five gigabytes of changes a node are not kept waiting for the eighth hour, but a quarter of one.
#[test]
fn much_that_changes_is_saved_earlier() {
    let mut sandbox = Sandbox::new(1);
    let taken = |sandbox: &mut Sandbox| {
        let printed = sandbox.aws(PRINCIPAL, "redshift describe-cluster-snapshots --query length(Snapshots)");
        printed.stdout.trim().parse::<i64>().unwrap()
    };
    let session = sandbox.connect_to(CLUSTER, "admin", None).unwrap();
    let nodes = sandbox.account.redshift.clusters[0].nodes as usize;
    // A block of each of 1,024 columns is a gigabyte, as backups count.
    let columns: Vec<String> = (0..1_024).map(|column| format!("c{column} int DEFAULT 1")).collect();
    let run = |sandbox: &mut Sandbox, text: &str| {
        for executed in sandbox.execute(session, text) {
            executed.result.unwrap();
        }
    };
    for (table, backup) in [("big", ""), ("unsaved", "BACKUP NO")] {
        for number in 0..5 * nodes {
            run(&mut sandbox, &format!("CREATE TABLE {table}{number} ({}) {backup}", columns.join(", ")));
        }
    }
    let before = taken(&mut sandbox);
    let fill = |sandbox: &mut Sandbox, table: &str| {
        for number in 0..5 * nodes {
            run(sandbox, &format!("INSERT INTO {table}{number} (c0) VALUES (1)"));
        }
    };
    // What no backup holds is no reason for one.
    fill(&mut sandbox, "unsaved");
    sandbox.advance(60_000_000);
    assert_eq!(taken(&mut sandbox), before);
    fill(&mut sandbox, "big");
    sandbox.advance(60_000_000);
    assert_eq!(taken(&mut sandbox), before + 1);
    fill(&mut sandbox, "big");
    sandbox.advance(12 * 60_000_000);
    assert_eq!(taken(&mut sandbox), before + 1);
    sandbox.advance(3 * 60_000_000);
    assert_eq!(taken(&mut sandbox), before + 2);
    // And eight hours from the last one the next.
    sandbox.advance(7 * 3_600_000_000);
    assert_eq!(taken(&mut sandbox), before + 2);
    sandbox.advance(3_600_000_000);
    assert_eq!(taken(&mut sandbox), before + 3);
}
