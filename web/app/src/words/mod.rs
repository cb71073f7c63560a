//! Every word of the interface, one file a language.
//!
//! A struct rather than a table of keys: a language that lacks a sentence does not compile. Sentences with
//! figures in them are functions, because word order and counting differ. Lesson texts are not here; they are
//! files of their lab.

mod comparing;
mod en;
mod keeping;
mod ko;

use comparing::Comparing;
pub use keeping::Keeping;

/// A language of the interface and of the lessons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    Ko,
    En,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::Ko, Self::En];

    /// As in `<html lang>` and in the names of lesson files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        let primary = code.split(['-', '_']).next().unwrap_or(code);
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(primary))
    }

    pub fn other(self) -> Self {
        match self {
            Self::Ko => Self::En,
            Self::En => Self::Ko,
        }
    }

    /// Its own name for itself, for the switch.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Ko => "한국어",
            Self::En => "English",
        }
    }

    pub fn words(self) -> &'static Words {
        match self {
            Self::Ko => &ko::WORDS,
            Self::En => &en::WORDS,
        }
    }
}

/// `101520` as `101,520`: both languages group by thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `18 ms`, `1.4 s`.
pub fn duration(ms: f64) -> String {
    if ms < 1000.0 { format!("{} ms", ms.round().max(1.0)) } else { format!("{:.1} s", ms / 1000.0) }
}

/// `2.1 MB`.
pub fn bytes(count: f64) -> String {
    if count < 1_000_000.0 {
        format!("{:.0} kB", count / 1000.0)
    } else {
        format!("{:.1} MB", count / 1_000_000.0)
    }
}

pub struct Words {
    // The page.
    pub skip: &'static str,
    pub home_title: &'static str,
    pub retry: &'static str,
    pub close: &'static str,
    pub cancel: &'static str,
    pub copy: &'static str,
    pub copied: &'static str,
    pub saved: fn(&str) -> String,
    pub theme: &'static str,
    pub switch_language: &'static str,

    // Home.
    pub lead_title: [&'static str; 2],
    pub lead: &'static str,
    pub stopped_here: &'static str,
    pub stopped_at: fn(u32, u32) -> String,
    pub resume_note: &'static str,
    pub resume: &'static str,
    pub begin: &'static str,
    pub begin_with: &'static str,
    pub begin_note: &'static str,
    pub review: &'static str,
    pub ledger: fn(usize) -> String,
    pub column_can: &'static str,
    pub column_progress: &'static str,
    pub column_time: &'static str,
    pub done: &'static str,
    pub coming: &'static str,
    pub coming_labs: [(&'static str, &'static str); 4],
    pub steps: fn(usize) -> String,
    pub steps_done: fn(usize, usize) -> String,
    pub minutes: fn(u32) -> String,
    pub kept_here: (&'static str, &'static str),
    pub own_state: (&'static str, &'static str),
    pub no_bill: (&'static str, &'static str),
    pub sandbox: (&'static str, &'static str),
    pub sandbox_open: &'static str,
    pub index_failed: &'static str,
    pub lesson_failed: &'static str,
    pub fetch_failed: fn(&str, &str) -> String,
    pub fetching: &'static str,
    pub no_such_lab: fn(&str) -> String,
    pub to_course: &'static str,

    // The bar.
    pub lab_name: fn(u32, &str) -> String,
    pub warehouse_user: &'static str,
    pub warehouse_user_menu: &'static str,
    pub warehouse_user_note: &'static str,
    pub superuser: &'static str,
    pub no_group: &'static str,
    pub principal: &'static str,
    pub principal_menu: &'static str,
    pub principal_note: &'static str,
    pub principal_policies: &'static str,
    pub simulated_time: &'static str,
    pub let_time_pass: &'static str,
    pub time_steps: [(&'static str, i64); 4],
    pub time_next: &'static str,
    pub time_note: &'static str,
    /// While time passes: that it does, a stretch of it in minutes, and what stops it.
    pub time_passes: &'static str,
    pub minutes_passed: fn(u64) -> String,
    pub stop_time: &'static str,
    pub meanwhile: &'static str,
    pub meanwhile_earlier: fn(u32) -> String,
    pub times: fn(u32) -> String,
    /// What happened, by its name in the protocol.
    pub happened: fn(&str) -> &'static str,
    pub bill_so_far: &'static str,
    pub cluster: &'static str,
    pub transaction_open: &'static str,
    pub transaction_aborted: &'static str,
    pub workspace: &'static str,
    pub reset_step: &'static str,
    pub reset_lab: &'static str,
    pub move_workspace: &'static str,
    pub export_workspace: &'static str,
    pub import_workspace: &'static str,
    pub reset_step_ask: (&'static str, &'static str),
    pub reset_lab_ask: (&'static str, &'static str),
    pub import_ask: (&'static str, fn(&str) -> String),
    pub reset_do: &'static str,
    pub import_do: &'static str,
    pub step_was_reset: &'static str,
    pub lab_was_reset: &'static str,
    pub imported: &'static str,
    pub moving_on: &'static str,

    // One line under the bar.
    pub engine_download: &'static str,
    pub engine_starting: &'static str,
    pub engine_of: fn(&str, &str) -> String,
    pub engine_failed: &'static str,
    pub engine_failed_note: &'static str,
    pub reload: &'static str,
    pub keeping: &'static Keeping,
    pub recovered: fn(&str) -> String,

    // Guide.
    pub guide: &'static str,
    pub workbench: &'static str,
    pub pane: &'static str,
    pub divider: &'static str,
    pub steps_before: fn(usize, bool) -> String,
    pub passed: &'static str,
    pub put_in_editor: &'static str,
    pub put_in_editor_of: fn(&str) -> String,
    pub blank: fn(usize, usize) -> String,
    pub other_columns: &'static str,
    pub row_missing: &'static str,
    pub row_differs: fn(u32) -> String,
    pub wanted: &'static str,
    pub came: &'static str,
    pub put_in_terminal: &'static str,
    pub checks: &'static str,
    pub checks_note: &'static str,
    pub check_passed: &'static str,
    pub check_open: &'static str,
    pub check_now: &'static str,
    pub group_absent: fn(&str) -> String,
    pub role_absent: fn(&str) -> String,
    pub user_absent: fn(&str) -> String,
    pub table_absent: fn(&str) -> String,
    pub step_passed: &'static str,
    pub hint: fn(usize) -> String,
    pub of_hints: fn(usize) -> String,
    pub solution: &'static str,
    pub solution_note: &'static str,
    pub solution_ask: &'static str,
    pub solution_show: &'static str,
    pub solution_from_start: &'static str,
    pub verdict_right: &'static str,
    pub verdict_wrong: &'static str,
    pub verdict_happened: &'static str,
    pub previous_step: &'static str,
    pub next_step: &'static str,
    pub lab_done: &'static str,
    pub lab_done_note: &'static str,

    // Query room.
    pub query: &'static str,
    pub terminal: &'static str,
    pub console: &'static str,
    pub run: &'static str,
    pub run_selection: &'static str,
    pub run_selection_note: &'static str,
    pub run_as: &'static str,
    pub history: &'static str,
    pub history_empty: &'static str,
    pub history_find: &'static str,
    pub editor: &'static str,
    pub editor_loading: &'static str,
    pub editor_failed: &'static str,
    pub results: &'static str,
    pub results_empty: (&'static str, &'static str),
    pub rows: fn(u64) -> String,
    pub rows_affected: fn(u64) -> String,
    pub refused: &'static str,
    pub failed: &'static str,
    pub canceled: &'static str,
    pub stopped_by_user: &'static str,
    /// A statement that waits for a lock: whose it is, the process, the table, since when.
    pub waiting: &'static str,
    pub waits: fn(&str, u32, &str, &str) -> String,
    pub waits_note: &'static str,
    pub running: fn(u32) -> String,
    pub running_rows: fn(u64, Option<u64>, f64) -> String,
    /// CREATE MODEL, once it has its rows.
    pub training: &'static str,
    pub training_share: fn(u64, f64) -> String,
    pub rows_of: fn(u64, u64, u64) -> String,
    pub measured: fn(f64, u64, u64) -> String,
    pub no_rows: &'static str,
    pub rows_gone: &'static str,
    pub copy_all: &'static str,
    pub grid_help: &'static str,
    pub notice: &'static str,

    // Refusals and errors.
    pub statement_line: fn(u32, Option<u32>) -> String,
    pub refused_note: fn(&str) -> String,
    pub why: &'static str,
    /// The ties of a user as the engine names them: `group analytics_users`, `role reader`.
    pub member_of: fn(&[String]) -> String,
    pub member_of_none: &'static str,
    pub why_ask: &'static str,
    /// A right as the engine names it: `SELECT`, `SELECT as view owner kim`.
    pub right: fn(&str) -> String,
    /// The engine's word for a kind of object: `schema`, `table`, `function`.
    pub kind: fn(&str) -> &str,
    /// The same as a noun by itself.
    pub kind_name: fn(&str) -> &str,
    /// How a right is held, from the engine's words: `group x`, `role x`, `owner`, `superuser`, `PUBLIC`.
    pub held_by: fn(&str) -> String,
    /// Why somebody could grant: `owner`, `superuser`.
    pub grantor: fn(&str) -> String,
    /// The same in a word or two, for a cell of a table.
    pub held_short: fn(&str) -> String,
    pub held: &'static str,
    pub missing: &'static str,
    pub missing_note: fn(&str) -> String,
    /// Who else holds it, as the engine names them: `group analytics_users`.
    pub holders: fn(&[String]) -> String,
    pub who_could: &'static str,
    pub smallest_grant: &'static str,
    pub ask_first: &'static str,
    pub our_defect: &'static str,
    pub not_run_after: &'static str,

    pub comparing: &'static Comparing,

    // The door.
    pub sign_in_menu: &'static str,
    pub sign_in_title: &'static str,
    pub sign_in_note: &'static str,
    pub sign_in: &'static str,
    pub sign_in_refused: &'static str,
    pub signed_in: fn(&str) -> String,
    pub sign_in_with: fn(&str) -> String,
    pub user_name: &'static str,
    pub password: &'static str,
    pub password_help: &'static str,

    // Users and their rights.
    pub users: &'static str,
    pub models: &'static str,
    pub rights_of_all: &'static str,
    pub rights_of: fn(&str) -> String,
    pub act_as: fn(&str) -> String,
    pub compare_to: fn(&str) -> String,
    pub groups: &'static str,
    pub roles: &'static str,
    pub none: &'static str,
    pub role_through: fn(&str) -> String,
    pub fact_password: &'static str,
    pub password_set: &'static str,
    pub password_disabled: &'static str,
    pub valid_until: &'static str,
    pub forever: &'static str,
    pub connection_limit: &'static str,
    pub unlimited: &'static str,
    pub create_database: &'static str,
    pub syslog: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    pub schema_named: fn(&str) -> String,
    pub owner_is: fn(&str) -> String,
    pub no_usage: &'static str,
    pub no_relations: &'static str,
    pub no_right_on: fn(&str) -> String,
    pub relation: &'static str,
    pub on_columns: fn(usize, u32) -> String,
    pub rows_filtered: fn(&str) -> String,
    pub rows_denied: fn(&str) -> String,
    pub masked_by: fn(&str, &str) -> String,
    pub rights_note: &'static str,
    pub superuser_note: fn(&str) -> String,

    // A result's views, plans, charts.
    pub view_of: &'static str,
    pub view_table: &'static str,
    pub view_text: &'static str,
    pub view_graph: &'static str,
    pub view_chart: &'static str,
    pub plan_help: &'static str,
    pub plan_rows: fn(u64) -> String,
    pub plan_width: fn(u64) -> String,
    pub plan_cost: &'static str,
    pub plan_share: fn(u32) -> String,
    /// What a DS_ word says about rows that travel.
    pub movement: fn(&str) -> Option<&'static str>,
    pub chart_loading: &'static str,
    pub chart_failed: &'static str,
    pub chart_none: (&'static str, &'static str),
    pub chart_kind: &'static str,
    pub chart_kinds: [&'static str; 3],
    pub chart_x: &'static str,
    pub chart_y: &'static str,
    pub chart_split: &'static str,
    pub chart_unsplit: &'static str,
    pub chart_cut: fn(u64, u64) -> String,
    pub chart_said: fn(&str, &str) -> String,

    // Terminal.
    pub terminal_title: &'static str,
    pub terminal_line: &'static str,
    pub terminal_run: &'static str,
    pub terminal_empty: (&'static str, &'static str),
    pub exit_code: fn(i32) -> String,

    // Completion.
    /// CodeMirror's own sentences, by their English originals.
    pub editor_phrases: &'static [(&'static str, &'static str)],
}

#[cfg(test)]
mod tests {
    use super::{Language, duration, grouped};

    #[test]
    fn numbers_group_by_thousands() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(101_520), "101,520");
        assert_eq!(grouped(1_000_000), "1,000,000");
    }

    #[test]
    fn languages_are_told_from_browser_codes() {
        assert_eq!(Language::from_code("ko-KR"), Some(Language::Ko));
        assert_eq!(Language::from_code("en"), Some(Language::En));
        assert_eq!(Language::from_code("fr-CA"), None);
    }

    /// Before the program is there, the markup says the same.
    #[test]
    fn the_first_words_stand_in_the_markup() {
        let markup = include_str!("../../../../static/index.html");
        for words in Language::ALL.map(Language::words) {
            let [first, second] = words.lead_title;
            for text in [
                &format!("<h1>{first}<br>{second}</h1>"),
                &format!("<p elementtiming=\"first\">{}</p>", words.lead),
            ] {
                assert!(markup.contains(text.as_str()), "static/index.html has no {text}");
            }
        }
    }

    #[test]
    fn durations_keep_their_unit() {
        assert_eq!(duration(0.2), "1 ms");
        assert_eq!(duration(1432.0), "1.4 s");
    }
}
