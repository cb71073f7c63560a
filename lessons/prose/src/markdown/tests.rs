//! Steps, blocks and texts are read, and mistakes have their lines.

use super::*;

const TEXT: &str = "# Lab\nLead.\n\n```outcome\nSee a refusal\n```\n\n## One {#one}\nText with `code`.\n\n```sql admin\nSELECT 1;\n```\n\n```text\nplain\n```\nafter\n\n```!sql jo\nDELETE FROM t;\n```\n\n````hint\nTry:\n```sql\nSELECT 2;\n```\n````\n\n```question guess\nWhat happens?\n- yes: It works\n- no: It does not\n```\n\n```check can-read\nRead it\n```\n\n```wrong all\nToo much\n```\n";

#[test]
fn reads_steps_blocks_and_texts() {
    let prose = Prose::parse("en.md", TEXT).unwrap();
    assert_eq!((prose.title.as_str(), &prose.lead), ("Lab", &Text::read("Lead.")));
    assert_eq!(prose.outcomes, ["See a refusal"]);
    let step = &prose.steps[0];
    assert_eq!((step.id.as_str(), step.title.as_str(), step.line), ("one", "One", 8));
    assert!(matches!(&step.blocks[1], Block::Sql { user, refusal: false, line: 11, .. } if user == "admin"));
    assert!(
        matches!(&step.blocks[2], Block::Text { text, .. } if *text == Text::read("```text\nplain\n```\nafter"))
    );
    assert!(matches!(&step.blocks[3], Block::Sql { refusal: true, .. }));
    assert!(matches!(&step.blocks[4], Block::Question { options, .. } if options[1].id == "no"));
    assert_eq!(step.hints[0].text, Text::read("Try:\n```sql\nSELECT 2;\n```"));
    assert_eq!(step.checks["can-read"].text, Text::read("Read it"));
    assert_eq!(step.wrong["all"].line, 41);
}

#[test]
fn mistakes_name_their_line() {
    let broken = "# A\n## No id\n\n## One {#one}\n```check\nx\n```\n```hint\n";
    let problems = Prose::parse("ko.md", broken).unwrap_err();
    assert_eq!(problems.iter().map(|p| p.line).collect::<Vec<_>>(), [Some(2), Some(5), Some(8)]);
    assert!(problems[0].to_string().starts_with("ko.md:2: "));
}
