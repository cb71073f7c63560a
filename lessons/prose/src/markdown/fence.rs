//! How a fenced block begins and ends, and which blocks are ours.

/// Blocks that are not ordinary Markdown.
#[derive(Clone, Copy)]
pub enum Kind {
    Sql,
    Aws,
    Clock,
    Blanks,
    Note,
    Check,
    Missing,
    Question,
    Answer,
    Hint,
    Wrong,
    Solution,
}

impl Kind {
    pub fn read(word: &str) -> Option<Kind> {
        Some(match word {
            "sql" => Kind::Sql,
            "aws" => Kind::Aws,
            "clock" => Kind::Clock,
            "blanks" => Kind::Blanks,
            "note" => Kind::Note,
            "check" => Kind::Check,
            "missing" => Kind::Missing,
            "question" => Kind::Question,
            "answer" => Kind::Answer,
            "hint" => Kind::Hint,
            "wrong" => Kind::Wrong,
            "solution" => Kind::Solution,
            _ => return None,
        })
    }

    pub fn takes_argument(self) -> bool {
        !matches!(self, Kind::Hint | Kind::Solution | Kind::Clock)
    }
}

pub struct Fence {
    pub ticks: usize,
    pub info: String,
}

impl Fence {
    pub fn open(line: &str) -> Option<Fence> {
        let info = line.trim_start_matches('`');
        let ticks = line.len() - info.len();
        (ticks >= 3 && !info.contains('`')).then(|| Fence { ticks, info: info.trim().to_owned() })
    }

    pub fn is_closed_by(&self, line: &str) -> bool {
        let line = line.trim_end();
        line.len() >= self.ticks && line.bytes().all(|byte| byte == b'`')
    }
}
