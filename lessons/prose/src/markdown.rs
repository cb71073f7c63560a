//! A lab's words in one language.
//!
//! ````text
//! # Title of the lab
//! A lead in one or two paragraphs.
//! ```outcome
//! One thing the learner can do afterwards, on a line of its own.
//! ```
//!
//! ## Title of a step {#step-id}
//! Running text, in Markdown.
//! ```sql admin          a statement with a Put-in-editor button; `!sql admin` when it will be refused;
//! ```aws learner        an `aws` line for the terminal; `!aws` likewise
//! ```note Title         a callout
//! ```check CHECK        the check, in the learner's words
//! ```missing CHECK      what is still missing, shown while the check fails
//! ```question CHECK     the question, then `- option: text` lines (of a question or a prediction)
//! ```answer CHECK       said once the question is answered right, or the prediction is made
//! ```hint               one hint; several stand in rising order
//! ```hint after 3       offered once three tries have not passed; `hint wrong WRONG`: once that wrong answer was
//!                       given; `hint open CHECK`: after a try, while that check is open
//! ```blanks admin       SQL with blanks (`___`) for the learner to fill in; what comes of it is what is checked
//! ```wrong WRONG        feedback for a foreseen wrong answer
//! ```solution           words in front of the solution's statements
//! ````
//!
//! A block ends at a fence of its own length, so a block that shows SQL takes four backticks. Any other fence
//! is ordinary Markdown. Running text and the bodies of blocks are read as such ([`Text`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::problem::Problem;
use crate::text::Text;
use crate::transcript::{Door, Transcript};
use fence::{Fence, Kind};

mod fence;

/// Everything said in one language.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Prose {
    pub title: String,
    /// What stands between the title and the first step.
    pub lead: Text,
    /// What the learner can do afterwards, one sentence each.
    pub outcomes: Vec<String>,
    /// In the order of the file.
    pub steps: Vec<StepProse>,
}

/// The words of one step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepProse {
    pub id: String,
    pub title: String,
    /// Line of the heading, from 1.
    pub line: u32,
    /// What is read from top to bottom.
    pub blocks: Vec<Block>,
    /// By check id.
    pub checks: BTreeMap<String, Words>,
    pub missing: BTreeMap<String, Words>,
    pub answers: BTreeMap<String, Words>,
    /// In rising order.
    pub hints: Vec<Hint>,
    /// By wrong answer's id.
    pub wrong: BTreeMap<String, Words>,
    pub solution: Option<Words>,
}

/// Text and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Words {
    pub text: Text,
    /// Line of its fence, from 1.
    pub line: u32,
}

/// A hint, and from when it is of use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hint {
    pub text: Text,
    /// Line of its fence, from 1.
    pub line: u32,
    pub when: HintWhen,
}

/// When a hint is offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HintWhen {
    Always,
    /// Once so many tries have not passed the step.
    Tries(u32),
    /// Once this wrong answer was given, also when it was put right since.
    Wrong(String),
    /// After a try, while this check is open.
    Open(String),
}

/// A piece of a step's running text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Block {
    Text {
        text: Text,
        line: u32,
    },
    /// SQL to put in the editor of `user`.
    Sql {
        user: String,
        text: String,
        refusal: bool,
        line: u32,
    },
    /// A line for the terminal, without the leading `aws`.
    Aws {
        principal: String,
        text: String,
        refusal: bool,
        line: u32,
    },
    /// The clock, let run: what stands behind the prompt `clock>` of a transcript, and microseconds (`None` until
    /// something happens by itself).
    Clock {
        text: String,
        micros: Option<i64>,
        line: u32,
    },
    Note {
        title: String,
        text: Text,
        line: u32,
    },
    /// SQL of `user` with blanks, each three or more `_`.
    Blanks {
        user: String,
        text: String,
        line: u32,
    },
    /// A question or a prediction: the check of that id decides which.
    Question {
        check: String,
        prompt: Text,
        options: Vec<Choice>,
        line: u32,
    },
}

/// One option of a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub id: String,
    pub text: Text,
}

impl Prose {
    /// Reads one language's file. Problems name `file` and the line.
    pub fn parse(file: &str, text: &str) -> Result<Prose, Vec<Problem>> {
        let mut reader = Reader {
            file,
            prose: Prose::default(),
            lead: String::new(),
            running: String::new(),
            running_line: 1,
            problems: Vec::new(),
        };
        reader.read(text);
        if reader.problems.is_empty() { Ok(reader.prose) } else { Err(reader.problems) }
    }

    pub fn step(&self, id: &str) -> Option<&StepProse> {
        self.steps.iter().find(|step| step.id == id)
    }
}

struct Reader<'a> {
    file: &'a str,
    prose: Prose,
    /// The lead's Markdown.
    lead: String,
    /// Markdown not yet put into a block.
    running: String,
    running_line: u32,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn read(&mut self, text: &str) {
        let mut lines = (1_u32..).zip(text.lines()).peekable();
        while let Some((number, line)) = lines.next() {
            if let Some(fence) = Fence::open(line) {
                let mut body = String::new();
                let mut closed = false;
                for (_, line) in lines.by_ref() {
                    closed = fence.is_closed_by(line);
                    if closed {
                        break;
                    }
                    body.push_str(line);
                    body.push('\n');
                }
                if !closed {
                    let ticks = "`".repeat(fence.ticks);
                    self.problem(
                        number,
                        format!("this {} block has no end", fence.info),
                        format!("a line with {ticks}"),
                    );
                    return;
                }
                self.fenced(&fence, body, number, line);
            } else if let Some(title) = line.strip_prefix("# ") {
                if self.prose.title.is_empty() {
                    self.prose.title = title.trim().to_owned();
                } else {
                    self.problem(
                        number,
                        "a second `# ` title",
                        "one title for the lab; steps begin with `## `",
                    );
                }
            } else if let Some(heading) = line.strip_prefix("## ") {
                self.flush();
                self.heading(heading, number);
            } else {
                if self.running.is_empty() {
                    self.running_line = number;
                }
                if !(self.running.is_empty() && line.trim().is_empty()) {
                    self.running.push_str(line);
                    self.running.push('\n');
                }
            }
        }
        self.flush();
        if self.prose.title.is_empty() {
            self.problem(1, "the lab has no title", "a first line `# Title`");
        }
    }

    fn heading(&mut self, heading: &str, line: u32) {
        let Some((title, id)) = heading.trim().strip_suffix('}').and_then(|rest| rest.rsplit_once("{#"))
        else {
            self.problem(
                line,
                format!("the step `{heading}` has no id"),
                "`## Title {#step-id}`, with the step's id in lab.toml",
            );
            return;
        };
        if self.prose.steps.iter().any(|step| step.id == id) {
            self.problem(line, format!("step `{id}` is here twice"), "each step once");
            return;
        }
        let (id, title) = (id.trim().to_owned(), title.trim().to_owned());
        self.prose.steps.push(StepProse { id, title, line, ..StepProse::default() });
    }

    /// Puts the running text where it belongs.
    fn flush(&mut self) {
        let markdown = self.running.trim().to_owned();
        self.running.clear();
        if markdown.is_empty() {
            return;
        }
        let line = self.running_line;
        match self.prose.steps.last_mut() {
            Some(step) => step.blocks.push(Block::Text { text: Text::read(&markdown), line }),
            None => {
                self.lead.push_str("\n\n");
                self.lead.push_str(&markdown);
                self.prose.lead = Text::read(&self.lead);
            }
        }
    }

    fn fenced(&mut self, fence: &Fence, body: String, line: u32, opening: &str) {
        let (kind, argument) = fence.info.split_once(' ').unwrap_or((&fence.info, ""));
        let argument = argument.trim();
        let (refusal, kind) = match kind.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, kind),
        };
        let body = body.trim().to_owned();
        if kind == "outcome" && self.prose.steps.is_empty() {
            self.prose.outcomes.extend(
                body.lines().filter(|line| !line.trim().is_empty()).map(|line| line.trim().to_owned()),
            );
            return;
        }
        let ours = Kind::read(kind);
        let Some(kind_of) = ours
            .filter(|kind| !(argument.is_empty() && matches!(kind, Kind::Sql | Kind::Aws | Kind::Blanks)))
        else {
            // Ordinary Markdown code.
            if self.running.is_empty() {
                self.running_line = line;
            }
            self.running.push_str(&format!("{opening}\n{body}\n{}\n", "`".repeat(fence.ticks)));
            return;
        };
        self.flush();
        let hint = match kind_of {
            Kind::Hint => match read_hint(argument) {
                Some(when) => Some(Hint { text: Text::read(&body), line, when }),
                None => {
                    let expected = "```hint alone, `hint after 3`, `hint wrong WRONG` or `hint open CHECK`";
                    self.problem(line, format!("`{}` is not how a hint is named", fence.info), expected);
                    return;
                }
            },
            _ => None,
        };
        if hint.is_none() && kind_of.takes_argument() == argument.is_empty() {
            let expected =
                if kind_of.takes_argument() { format!("```{kind} ID") } else { format!("```{kind} alone") };
            self.problem(line, format!("`{}` is not how this block is named", fence.info), expected);
            return;
        }
        if body.is_empty() && !matches!(kind_of, Kind::Solution) {
            self.problem(line, format!("the block `{}` is empty", fence.info), "its text");
            return;
        }
        let question = match kind_of {
            Kind::Question => match read_question(argument, &body, line) {
                Ok(block) => Some(block),
                Err(message) => {
                    self.problem(line, message, "the question, then two or more lines `- option: text`");
                    return;
                }
            },
            _ => None,
        };
        let clock = match kind_of {
            Kind::Clock => match read_clock(&body, line) {
                Ok(block) => Some(block),
                Err(problem) => {
                    self.problem(line, problem.message, problem.expected);
                    return;
                }
            },
            _ => None,
        };
        if matches!(kind_of, Kind::Blanks) && !body.contains("___") {
            self.problem(line, "there is nothing to fill in here", "`___` where a word is missing");
            return;
        }
        let Some(step) = self.prose.steps.last_mut() else {
            self.problem(
                line,
                format!("the block `{}` stands before the first step", fence.info),
                "`## Title {#step-id}` above it",
            );
            return;
        };
        let words = Words { text: Text::read(&body), line };
        let argument = argument.to_owned();
        let taken = match kind_of {
            Kind::Check => step.checks.insert(argument, words),
            Kind::Missing => step.missing.insert(argument, words),
            Kind::Answer => step.answers.insert(argument, words),
            Kind::Wrong => step.wrong.insert(argument, words),
            Kind::Solution => step.solution.replace(words),
            Kind::Hint => {
                step.hints.extend(hint);
                None
            }
            Kind::Blanks => {
                step.blocks.push(Block::Blanks { user: argument, text: body, line });
                None
            }
            Kind::Sql => {
                step.blocks.push(Block::Sql { user: argument, text: body, refusal, line });
                None
            }
            Kind::Aws => {
                step.blocks.push(Block::Aws { principal: argument, text: body, refusal, line });
                None
            }
            Kind::Clock => {
                step.blocks.extend(clock);
                None
            }
            Kind::Note => {
                step.blocks.push(Block::Note { title: argument, text: words.text, line });
                None
            }
            Kind::Question => {
                step.blocks.extend(question);
                None
            }
        };
        if taken.is_some() {
            self.problem(line, format!("a second block `{}` in this step", fence.info), "each once");
        }
    }

    fn problem(&mut self, line: u32, message: impl Into<String>, expected: impl Into<String>) {
        self.problems.push(Problem::at(self.file, line, message, expected));
    }
}

fn read_hint(argument: &str) -> Option<HintWhen> {
    let mut words = argument.split_whitespace();
    let when = match (words.next(), words.next()) {
        (None, _) => HintWhen::Always,
        (Some("after"), Some(tries)) => HintWhen::Tries(tries.parse().ok().filter(|tries| *tries > 0)?),
        (Some("wrong"), Some(wrong)) => HintWhen::Wrong(wrong.to_owned()),
        (Some("open"), Some(check)) => HintWhen::Open(check.to_owned()),
        _ => return None,
    };
    words.next().is_none().then_some(when)
}

fn read_clock(body: &str, line: u32) -> Result<Block, Problem> {
    let text = body.trim().to_owned();
    let mut transcript =
        Transcript::parse("clock", &format!("clock> {text}")).map_err(|mut problems| problems.remove(0))?;
    match transcript.entries.pop().map(|entry| entry.door) {
        Some(Door::Clock { micros }) => Ok(Block::Clock { text, micros, line }),
        _ => Err(Problem::at("clock", line, "this does not move the clock", "advance 8h")),
    }
}

fn read_question(check: &str, body: &str, line: u32) -> Result<Block, String> {
    let (options, prompt): (Vec<&str>, Vec<&str>) = body.lines().partition(|line| line.starts_with("- "));
    let options = options
        .iter()
        .map(|option| {
            let (id, text) = option[2..].split_once(':').ok_or(format!("the option `{option}` has no id"))?;
            Ok(Choice { id: id.trim().to_owned(), text: Text::read(text.trim()) })
        })
        .collect::<Result<Vec<Choice>, String>>()?;
    let prompt = prompt.join("\n").trim().to_owned();
    if prompt.is_empty() || options.len() < 2 {
        return Err("a question needs its text and two options".to_owned());
    }
    Ok(Block::Question { check: check.to_owned(), prompt: Text::read(&prompt), options, line })
}

#[cfg(test)]
mod tests;
