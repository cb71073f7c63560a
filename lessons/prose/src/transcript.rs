//! Transcripts: text that reads like a terminal.
//!
//! ```text
//! # A comment.
//! sql admin> CREATE GROUP analytics_users;
//! ----
//! CREATE GROUP
//!
//! !sql jeeseok> DELETE FROM raw_data.user_session_channel;
//! ----
//! ERROR 42501: permission denied for relation user_session_channel
//!
//! aws learner> s3 ls
//!
//! login jeeseok> Keeyong1
//!
//! login IAM:jeeseok> $(aws learner> redshift get-cluster-credentials ... --query DbPassword --output text)
//!
//! clock> advance 8h
//!
//! sql admin@other-cluster> SELECT 1;
//! ```
//!
//! The prompt names the door and the person; `!` before it expects a refusal. A statement goes on over the
//! following lines, until `----`, an empty line or the next prompt. Output stands between `----` and the next
//! empty line. Without `----` the output is not compared: only success or refusal is. `clock> advance` takes
//! `90s`, `10m`, `8h`, `36d`, or `next` for the next thing that happens by itself; what happened is its output.
//! Behind `@` stands a cluster or workgroup other than the first.

use std::ops::Range;

use crate::problem::Problem;

/// A parsed transcript, with the text it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    pub entries: Vec<Entry>,
    lines: Vec<String>,
}

/// One prompt with what was typed and what is expected back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Line of the prompt, from 1.
    pub line: u32,
    pub door: Door,
    /// `!` stood before the prompt.
    pub refusal: bool,
    /// What was typed, prompt left off, lines joined by `\n`.
    pub input: String,
    /// What stood below `----`; `None` without `----`.
    pub output: Option<String>,
    /// The entry's lines in the file, from 0: input and, with its `----`, output.
    input_lines: Range<usize>,
    output_lines: Option<Range<usize>>,
}

/// Which door is knocked at, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    Sql {
        user: String,
    },
    /// A new session, opened with the password that is typed. What follows at the user's `sql` prompt is in it.
    Login {
        user: String,
    },
    Aws {
        principal: String,
    },
    /// `advance` only: how many microseconds; `None` until something happens.
    Clock {
        micros: Option<i64>,
    },
}

/// Microseconds that may pass at once: ten years of snapshots are what somebody waits for.
pub const LONGEST: i64 = 3_660 * 86_400_000_000;

impl Entry {
    /// What somebody typed, outside of any transcript.
    pub fn typed(door: Door, input: String) -> Entry {
        Entry { line: 0, door, refusal: false, input, output: None, input_lines: 0..0, output_lines: None }
    }

    /// As a transcript has it: prompt, what was typed, and the output where one is expected.
    pub fn written(&self) -> String {
        let refusal = if self.refusal { "!" } else { "" };
        let prompt = match &self.door {
            Door::Sql { user } => format!("sql {user}"),
            Door::Login { user } => format!("login {user}"),
            Door::Aws { principal } => format!("aws {principal}"),
            Door::Clock { .. } => "clock".to_owned(),
        };
        let output = self.output.as_ref().map_or_else(String::new, |output| format!("----\n{output}\n"));
        format!("{refusal}{prompt}> {}\n{output}", self.input)
    }
}

impl Transcript {
    /// Reads a transcript. Problems name `file` and the line.
    pub fn parse(file: &str, text: &str) -> Result<Transcript, Vec<Problem>> {
        let lines: Vec<String> = text.lines().map(|line| line.trim_end().to_owned()).collect();
        let mut entries = Vec::new();
        let mut problems = Vec::new();
        let mut at = 0;
        while at < lines.len() {
            let line = lines[at].as_str();
            if line.is_empty() || line.starts_with('#') {
                at += 1;
                continue;
            }
            match read_entry(&lines, at) {
                Ok(entry) => {
                    at = entry.output_lines.as_ref().map_or(entry.input_lines.end, |range| range.end);
                    entries.push(entry);
                }
                Err((message, expected)) => {
                    problems.push(Problem::at(file, number(at), message, expected));
                    at += 1;
                }
            }
        }
        if problems.is_empty() { Ok(Transcript { entries, lines }) } else { Err(problems) }
    }

    /// The same transcript with `outputs` (one an entry) below its prompts; comments and blank lines stay.
    /// An empty output drops the `----`.
    pub fn with_outputs(&self, outputs: &[String]) -> String {
        let mut text = String::new();
        let mut at = 0;
        for (entry, output) in self.entries.iter().zip(outputs) {
            for line in &self.lines[at..entry.input_lines.end] {
                push_line(&mut text, line);
            }
            at = entry.output_lines.as_ref().map_or(entry.input_lines.end, |range| range.end);
            let output = output.trim_end_matches('\n');
            if !output.is_empty() {
                push_line(&mut text, "----");
                output.lines().for_each(|line| push_line(&mut text, line));
                if self.lines.get(at).is_some_and(|next| !next.is_empty()) {
                    push_line(&mut text, "");
                }
            }
        }
        for line in self.lines.get(at..).unwrap_or_default() {
            push_line(&mut text, line);
        }
        text
    }
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line.trim_end());
    text.push('\n');
}

fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

const PROMPTS: &str = "a prompt: `sql USER> statement`, `login USER> password`, `aws USER> line` or `clock> advance 8h`, with `!` before it when a refusal is expected";

fn read_entry(lines: &[String], start: usize) -> Result<Entry, (String, String)> {
    let Some(prompt) = Prompt::read(&lines[start]) else {
        return Err((format!("`{}` is no prompt", lines[start]), PROMPTS.to_owned()));
    };
    let mut input = prompt.rest.to_owned();
    let mut end = start + 1;
    while end < lines.len() {
        let line = lines[end].as_str();
        if line.is_empty() || line == "----" || Prompt::read(line).is_some() {
            break;
        }
        if !input.is_empty() {
            input.push('\n');
        }
        input.push_str(line);
        end += 1;
    }
    let mut output = None;
    let mut output_lines = None;
    if lines.get(end).is_some_and(|line| line == "----") {
        let mut last = end + 1;
        while last < lines.len() && !lines[last].is_empty() {
            last += 1;
        }
        output = Some(lines[end + 1..last].join("\n"));
        output_lines = Some(end..last);
    }
    if input.trim().is_empty() {
        return Err((
            "nothing stands behind the prompt".to_owned(),
            "a statement, on this line or the next".to_owned(),
        ));
    }
    let door = match prompt.door {
        PromptDoor::Sql(user) => Door::Sql { user: user.to_owned() },
        PromptDoor::Login(user) => Door::Login { user: user.to_owned() },
        PromptDoor::Aws(principal) => Door::Aws { principal: principal.to_owned() },
        PromptDoor::Clock => Door::Clock { micros: read_advance(&input)? },
    };
    Ok(Entry {
        line: number(start),
        door,
        refusal: prompt.refusal,
        input,
        output,
        input_lines: start..end,
        output_lines,
    })
}

struct Prompt<'a> {
    refusal: bool,
    door: PromptDoor<'a>,
    rest: &'a str,
}

enum PromptDoor<'a> {
    Sql(&'a str),
    Login(&'a str),
    Aws(&'a str),
    Clock,
}

impl<'a> Prompt<'a> {
    fn read(line: &'a str) -> Option<Prompt<'a>> {
        let (refusal, line) = match line.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let (head, rest) = line.split_once('>')?;
        let mut words = head.split_whitespace();
        let door = match (words.next()?, words.next(), words.next()) {
            ("sql", Some(user), None) => PromptDoor::Sql(user),
            ("login", Some(user), None) => PromptDoor::Login(user),
            ("aws", Some(principal), None) => PromptDoor::Aws(principal),
            ("clock", None, None) => PromptDoor::Clock,
            _ => return None,
        };
        (!head.starts_with(' ')).then(|| Prompt { refusal, door, rest: rest.trim() })
    }
}

fn read_advance(input: &str) -> Result<Option<i64>, (String, String)> {
    let wrong = || {
        (
            format!("the clock does not understand `{input}`"),
            "`advance` and a span: `90s`, `10m`, `8h`, `36d` or `next`".to_owned(),
        )
    };
    let span = input.strip_prefix("advance ").ok_or_else(wrong)?.trim();
    if span == "next" {
        return Ok(None);
    }
    let (digits, unit) = span.split_at(span.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?);
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let count: i64 = digits.parse().map_err(|_| wrong())?;
    let micros = count.checked_mul(seconds * 1_000_000).ok_or_else(wrong)?;
    if micros > LONGEST {
        return Err(("that is more than ten years".to_owned(), "a shorter span".to_owned()));
    }
    Ok(Some(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# groups\nsql admin> CREATE GROUP a;\nsql admin> SELECT 1,\n  2\n----\n1 | 2\n\n!sql jo> DELETE FROM t;\n----\nERROR 42501: no\n\nclock> advance 8h\n";

    #[test]
    fn reads_prompts_statements_and_outputs() {
        let transcript = Transcript::parse("t", TEXT).unwrap();
        let [create, select, delete, clock] = &transcript.entries[..] else { panic!("{transcript:?}") };
        assert_eq!((create.line, create.output.as_deref()), (2, None));
        assert_eq!((select.input.as_str(), select.output.as_deref()), ("SELECT 1,\n  2", Some("1 | 2")));
        assert!(delete.refusal && delete.door == Door::Sql { user: "jo".to_owned() });
        assert_eq!(clock.door, Door::Clock { micros: Some(8 * 3_600 * 1_000_000) });
        let again: Vec<String> = transcript.entries.iter().map(Entry::written).collect();
        let again = Transcript::parse("t", &again.join("\n")).unwrap().entries;
        let plain = |entries: &[Entry]| -> Vec<_> {
            entries
                .iter()
                .map(|one| (one.door.clone(), one.refusal, one.input.clone(), one.output.clone()))
                .collect()
        };
        assert_eq!(plain(&again), plain(&transcript.entries));
    }

    #[test]
    fn blessing_keeps_everything_but_outputs() {
        let transcript = Transcript::parse("t", TEXT).unwrap();
        let same = ["", "1 | 2", "ERROR 42501: no", ""].map(str::to_owned);
        assert_eq!(transcript.with_outputs(&same), TEXT);
        let other = ["CREATE GROUP", "3", "", ""].map(str::to_owned);
        let blessed = transcript.with_outputs(&other);
        assert_eq!(
            blessed,
            "# groups\nsql admin> CREATE GROUP a;\n----\nCREATE GROUP\n\nsql admin> SELECT 1,\n  2\n----\n3\n\n!sql jo> DELETE FROM t;\n\nclock> advance 8h\n"
        );
        assert_eq!(Transcript::parse("t", &blessed).unwrap().with_outputs(&other), blessed);
    }

    #[test]
    fn a_broken_line_is_named() {
        let problems =
            Transcript::parse("solution", "sql admin> SELECT 1\n\nsqll admin> SELECT 1\nclock> wait\n")
                .unwrap_err();
        assert_eq!(problems.iter().map(|p| p.line).collect::<Vec<_>>(), [Some(3), Some(4)]);
        assert!(Transcript::parse("t", "sql admin>\n").is_err());
    }
}
