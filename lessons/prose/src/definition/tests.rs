//! Every kind of check is read, and every mistake has its line.

mod schema;

use super::*;

const HEAD: &str =
    "format = 1\nid = \"x\"\nminutes = 1\nstart = \"course-warehouse\"\nlanguages = [\"en\"]\n";

#[test]
fn reads_every_kind_of_check() {
    let text = format!(
        "{HEAD}[[step]]\nid = \"one\"\nsolution = \"sql admin> SELECT 1\"\n\
         [[step.check]]\nid = \"a\"\nas = \"group g\"\nsql = \"SELECT 1\"\nrows = [[\"1\"]]\n\
         [[step.check]]\nid = \"b\"\nas = \"jo\"\npassword = \"p\"\nrefused = \"28000\"\n\
         [[step.check]]\nid = \"c\"\nas = \"jo\"\ndid = \"delete\"\nrefused = \"42501\"\n\
         [[step.check]]\nid = \"e\"\naws = \"s3 ls\"\nprints = \"\"\n\
         [[step.check]]\nid = \"d\"\nquestion = [\"u\", \"v\"]\nanswer = \"u\"\n\
         [[step.wrong]]\nid = \"w\"\nchoose = {{ d = \"v\" }}\n"
    );
    let lab = Definition::parse(&text).unwrap();
    let kinds: Vec<&CheckKind> = lab.steps[0].checks.iter().map(|check| &check.kind).collect();
    assert!(matches!(kinds[0], CheckKind::State(Condition { actor: Actor::MemberOf(g), .. }) if g == "g"));
    assert!(matches!(kinds[1], CheckKind::State(Condition { attempt: Attempt::Login { .. }, .. })));
    assert!(matches!(kinds[2], CheckKind::Did(Deed { verb, .. }) if verb == "DELETE"));
    assert!(
        matches!(kinds[3], CheckKind::State(Condition { actor: Actor::Principal(p), attempt: Attempt::Aws(_), .. }) if p == "learner")
    );
    assert!(matches!(kinds[4], CheckKind::Question { answer, .. } if answer == "u"));
    assert_eq!(lab.steps[0].line, 7);
}

#[test]
fn a_broken_file_names_the_line_and_what_is_expected() {
    let unknown = Definition::parse(&format!("{HEAD}minuts = 3\n")).unwrap_err();
    assert_eq!(unknown[0].line, Some(6));
    assert!(unknown[0].message.contains("minuts"), "{}", unknown[0]);
    let step = format!(
        "{HEAD}[[step]]\nid = \"One\"\n[[step.check]]\nid = \"a\"\nas = \"jo\"\n[[step.check]]\nid = \"a\"\nas = \"jo\"\nsql = \"x\"\n"
    );
    let problems = Definition::parse(&step).unwrap_err();
    let lines: Vec<Option<u32>> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [Some(7), Some(9), Some(12)], "{problems:?}");
}
