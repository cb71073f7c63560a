//! A file that is walked as the page does gets its marks; a changed, invented or foreign one is refused.

use std::path::PathBuf;

use super::*;

/// A submission of lab 1 whose journal is this.
fn written(name: &str, journal: Value, testimony: Option<&str>, change: fn(String) -> String) -> PathBuf {
    let body = json!({ "learner": "=김, \"민\"", "testimony": "", "journal": journal });
    let lab = find(&lab::course(), "permissions").unwrap();
    let testimony = testimony.map_or_else(|| replay(&lab, &body).unwrap().1, str::to_owned);
    let body = json!({ "learner": body["learner"], "testimony": testimony, "journal": journal }).to_string();
    let mut seal = Fingerprint::new();
    seal.add(&body);
    let text =
        json!({ "sandshift": "submission", "version": 1, "seal": format!("{:016x}", seal.0), "body": body });
    let path = std::env::temp_dir().join(format!("sandshift-{}-{name}.json", std::process::id()));
    fs::write(&path, change(text.to_string())).unwrap();
    path
}

fn refused(path: &Path) -> String {
    match grade(path, &lab::course()) {
        Ok(_) => panic!("it is graded"),
        Err(reason) => reason,
    }
}

fn walk() -> Value {
    let run = |text: &str| json!({ "request": { "type": "run", "user": "admin", "text": text } });
    let mut stopped = run("CREATE GROUP kept; CREATE GROUP analytics_users;");
    stopped["canceled"] = 1.into();
    json!([
        { "request": { "type": "check", "step": "groups" } },
        run("SELECT channel, COUNT(1) FROM raw_data.user_session_channel GROUP BY 1 ORDER BY 2 DESC;"),
        run("CREATE GROUP analytics_authors; CREATE GROUP pii_users; SELECT nothing;"),
        stopped,
        run("BEGIN; CREATE GROUP lost;"),
        { "reopened": true },
        run("CREATE GROUP analytics_users;"),
        { "request": { "type": "answer", "step": "groups", "check": "busiest", "option": "google" } },
        { "request": { "type": "answer", "step": "groups", "check": "busiest", "option": "youtube" } },
    ])
}

#[test]
fn marks_are_those_of_the_replay() {
    let path = written("walk", walk(), None, |text| text);
    let marks = grade(&path, &lab::course()).unwrap();
    assert!(marks.steps[0].passed && !marks.steps[1].passed);
    assert_eq!(marks.steps[0].checks, (5, 5));
    assert_eq!(marks.steps[0].wrong, ["second-place"]);
    assert_eq!(marks.refused, 2, "what does not exist, and what was stopped");
    let table = csv(std::slice::from_ref(&marks));
    assert!(
        table.lines().nth(1).unwrap().contains("\"'=김, \"\"민\"\"\",permissions,groups,1,5,5,second-place,"),
        "{table}"
    );
    let told: Value = serde_json::from_str(&json(&[marks])).unwrap();
    assert_eq!(told[0]["passed"], 1);
    fs::remove_file(path).unwrap();
}

#[test]
fn a_changed_an_invented_and_a_foreign_file_are_refused() {
    let changed = written("changed", walk(), None, |text| text.replace("google", "naver"));
    assert!(refused(&changed).contains("was changed after it was exported"));
    let honest = fs::read_to_string(written("honest", walk(), None, |text| text)).unwrap();
    let outer: Value = serde_json::from_str(&honest).unwrap();
    let body: Value = serde_json::from_str(outer["body"].as_str().unwrap()).unwrap();
    let testimony = body["testimony"].as_str().unwrap();
    let invented = written("invented", walk(), Some(&format!("{testimony},authors")), |text| text);
    assert!(refused(&invented).contains("does not come to what it claims"));
    let other = testimony.replacen(testimony.split(' ').nth(1).unwrap(), "0000000000000000", 1);
    assert!(
        refused(&written("other", walk(), Some(&other), |text| text)).contains("another version of the lab")
    );
    assert!(
        refused(&written("unknown", walk(), Some("nowhere 0 0 "), |text| text))
            .contains("there is no lab `nowhere`")
    );
    assert!(
        refused(&written("foreign", walk(), None, |_| "{\"a\": 1}".to_owned()))
            .contains("no submission of Sandshift")
    );
    let newer = written("newer", walk(), None, |text| text.replace("\"version\":1", "\"version\":2"));
    assert!(refused(&newer).contains("version 2"));
}
