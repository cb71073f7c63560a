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

#[test]
fn a_class_is_graded_whatever_some_of_it_handed_in() {
    let mut files: Vec<PathBuf> = Vec::new();
    let hand_in =
        |name: &str, journal: Value, change: fn(String) -> String| written(name, journal, None, change);
    for number in 0..4 {
        let mut journal = walk();
        journal[2]["request"]["text"] =
            format!("SELECT {number}; CREATE GROUP analytics_authors; CREATE GROUP pii_users;").into();
        files.push(hand_in(&format!("class-{number:02}"), journal, |text| text));
    }
    files.push(hand_in("class-04-walked", walk(), |text| text));
    files.push(hand_in("class-05-copied", walk(), |text| text));
    files.push(hand_in("class-06-altered", walk(), |text| text.replace("google", "naver")));
    files.push(hand_in("class-07-cut", walk(), |text| text[..text.len() / 2].to_owned()));
    files.push(hand_in("class-08-empty", walk(), |_| String::new()));
    files.push(std::env::temp_dir().join("sandshift-class-09-nowhere.json"));
    let (marks, refused) = all(&files, &lab::course());
    assert_eq!((marks.len(), refused), (10, 4));
    assert!(marks[..5].iter().all(|each| each.steps[0].passed && each.remark.is_empty()));
    assert!(
        marks[5].remark.ends_with("class-04-walked.json") && marks[5].steps[0].passed,
        "{}",
        marks[5].remark
    );
    assert_eq!(marks[6].learner, "=김, \"민\"", "whoever altered it is told by name");
    assert!(marks[6].remark.starts_with("not graded: it was changed"));
    // Each has a place in the table.
    let table = csv(&marks);
    let steps = marks[0].steps.len();
    assert_eq!(table.lines().count(), 1 + 6 * steps + 4);
    assert!(files.iter().all(|file| table.contains(&*file.to_string_lossy())));
    for file in files {
        let _ = fs::remove_file(file);
    }
}
