//! English. Plain, second person, sentence case; the console's words.

use super::{Words, duration, grouped};

pub(super) static WORDS: Words = Words {
    skip: "Skip to content",
    home_title: "Course",
    retry: "Try again",
    close: "Close",
    cancel: "Cancel",
    copy: "Copy",
    copied: "Copied",
    saved: |name| format!("Saved as {name}"),
    theme: "Light or dark",
    switch_language: "Change language to 한국어",

    lead_title: ["A day with Redshift,", "in one browser tab"],
    lead: "Inside this tab is a small warehouse and the AWS account around it. You type the statements you would type there and meet the errors you would meet there. Nothing to install, nobody to sign up with, and none of it costs anything.",
    stopped_here: "Where you stopped",
    stopped_at: |lab, step| format!("Lab {lab}, step {step}"),
    resume_note: "Your editor text and your warehouse are as you left them.",
    resume: "Resume",
    begin: "Start",
    begin_with: "Begin here",
    begin_note: "The warehouse is already in place.",
    review: "Review",
    ledger: |_| "Five labs".to_owned(),
    column_can: "What you will be able to do",
    column_progress: "Progress",
    column_time: "Time",
    done: "Done",
    coming: "Coming",
    coming_labs: [
        (
            "Backup and restore",
            "Keep automated snapshots for 35 days, bring one lost table back, and launch a new cluster from the past.",
        ),
        (
            "Spectrum",
            "Query a CSV in S3 without loading it, join it with a Redshift table, and price a single scan.",
        ),
        (
            "Redshift ML",
            "Train a churn model in SQL alone, read its accuracy honestly, and remove what SageMaker leaves behind.",
        ),
        (
            "Maintenance and clean-up",
            "See what VACUUM and ANALYZE really change, then pause, delete, and bring the next invoice to zero.",
        ),
    ],
    steps: |count| if count == 1 { "1 step".to_owned() } else { format!("{count} steps") },
    steps_done: |passed, all| format!("{passed} of {all} steps done"),
    minutes: |minutes| format!("{minutes} min"),
    kept_here: (
        "Kept in this browser",
        "There is no server. To move to another machine, export the workspace as one file.",
    ),
    own_state: (
        "Break what you like",
        "Every step can be reset. That brings back the account as it was when the step began.",
    ),
    no_bill: (
        "Honest about the gaps",
        "What is not simulated yet answers “not simulated yet”, never with a syntax error that Redshift would not give.",
    ),
    index_failed: "The list of labs could not be fetched",
    lesson_failed: "This lab’s text could not be fetched",
    fetch_failed: |path, why| format!("{path}: {why}. Check the connection and try again."),
    fetching: "Fetching the lab’s text",
    no_such_lab: |id| format!("There is no lab called “{id}”"),
    to_course: "To the course",

    lab_name: |order, title| format!("Lab {order}. {title}"),
    warehouse_user: "Warehouse user",
    warehouse_user_menu: "Warehouse user (SQL)",
    warehouse_user_note: "SQL runs as this user. It gets its rights by GRANT.",
    superuser: "superuser",
    no_group: "no group",
    principal: "AWS principal",
    principal_menu: "AWS principal (IAM)",
    principal_note: "The terminal calls as this principal. It gets its rights by IAM policy.",
    simulated_time: "Simulated time",
    let_time_pass: "Let time pass",
    time_steps: [
        ("1 hour", 3_600_000_000),
        ("8 hours", 28_800_000_000),
        ("1 day", 86_400_000_000),
        ("36 days", 3_110_400_000_000),
    ],
    time_note: "A simulated clock. It moves only as far as you let it.",
    cluster: "Cluster",
    cluster_status: |status| match status {
        "available" => "Available",
        "paused" => "Paused",
        "pausing" => "Pausing",
        "resuming" => "Resuming",
        "creating" => "Creating",
        "deleting" => "Deleting",
        other => other,
    },
    transaction_open: "transaction open",
    transaction_aborted: "transaction aborted",
    workspace: "Workspace",
    reset_step: "Reset this step",
    reset_lab: "Reset this lab",
    move_workspace: "Move",
    export_workspace: "Export to a file",
    import_workspace: "Import from a file",
    reset_step_ask: (
        "Reset this step?",
        "The warehouse and the AWS account go back to where this step began. What you did from this step on is deleted. Editor text and history stay.",
    ),
    reset_lab_ask: (
        "Reset this lab?",
        "The warehouse and the AWS account go back to where step 1 began. Everything you did in this lab is deleted. Editor text and history stay.",
    ),
    import_ask: ("Replace the workspace with this file?", |name| {
        format!(
            "The contents of {name} take the place of this workspace. Export it first if you want to keep it."
        )
    }),
    reset_do: "Reset",
    import_do: "Import",
    step_was_reset: "Step reset",
    lab_was_reset: "Lab reset",
    imported: "Workspace imported",
    moving_on: "Resetting",

    engine_download: "Downloading the engine",
    engine_starting: "Preparing the warehouse",
    engine_of: |loaded, total| format!("{loaded} of {total}"),
    engine_failed: "The engine did not start.",
    engine_failed_note: "You can go on reading. Check the connection and open the page again; what was saved is still there.",
    reload: "Open again",
    memory_only: |reason| {
        format!(
            "This browser blocks storage, so your work is gone when the tab closes ({reason}). Export it to a file to keep it."
        )
    },
    second_tab: "This workspace is open in another tab. What you do here is not saved.",
    recovered: |message| {
        format!(
            "A defect of ours stopped the engine; it was restarted from the last commit. What was committed is there. ({message})"
        )
    },

    guide: "Guide",
    workbench: "Workbench",
    pane: "Pane",
    divider: "Divider between guide and workbench",
    steps_before: |count, all_passed| match (count, all_passed) {
        (1, true) => "One step done".to_owned(),
        (count, true) => format!("{count} steps done"),
        (1, false) => "One step before".to_owned(),
        (count, false) => format!("{count} steps before"),
    },
    passed: "done",
    put_in_editor: "Put in editor",
    put_in_editor_of: |user| format!("Put in {user}’s editor"),
    put_in_terminal: "Put in terminal",
    checks: "In this step",
    checks_note: "Checked as you go",
    check_passed: "done",
    check_open: "not yet",
    check_now: "Check now",
    step_passed: "This step is done",
    hint: |number| format!("Hint {number}"),
    of_hints: |count| format!("of {count}"),
    solution: "Solution",
    solution_note: "better after the hints",
    solution_ask: "The solution is the whole answer to this step. You only get to find it yourself once.",
    solution_show: "Show the solution",
    verdict_right: "You were right",
    verdict_wrong: "Not this",
    verdict_happened: "What happened",
    previous_step: "Previous step",
    next_step: "Next step",
    lab_done: "You finished the lab",
    lab_done_note: "The warehouse stays as it is. Go on trying things, or reset the lab to the start.",

    query: "Query",
    terminal: "Terminal",
    run: "Run",
    run_selection: "Selection",
    run_selection_note: "Select what to run in the editor first",
    run_as: "Run as",
    history: "History",
    history_empty: "No statement has been run yet.",
    editor: "SQL editor",
    editor_loading: "Preparing the editor",
    editor_failed: "The editor could not be fetched; a plain text box takes its place.",
    results: "Results",
    results_empty: (
        "No results yet",
        "Write a statement and run it: the result of each statement appears here.",
    ),
    rows: |count| if count == 1 { "1 row".to_owned() } else { format!("{} rows", grouped(count)) },
    rows_affected: |count| {
        if count == 1 { "1 row changed".to_owned() } else { format!("{} rows changed", grouped(count)) }
    },
    refused: "Refused",
    failed: "Error",
    canceled: "Canceled",
    stopped_by_user: "You canceled the run. What was committed before stays; the canceled statement changed nothing.",
    running: |index| format!("Running statement {index}"),
    running_rows: |rows, total, ms| match total {
        Some(total) => format!("{} of {} rows, {}", grouped(rows), grouped(total), duration(ms)),
        None => format!("{} rows, {}", grouped(rows), duration(ms)),
    },
    rows_of: |from, to, all| format!("Rows {}–{} of {}", grouped(from), grouped(to), grouped(all)),
    measured: |ms, read, skipped| match (read, skipped) {
        (0, 0) => duration(ms),
        (1, 0) => format!("{}, 1 block read", duration(ms)),
        (read, 0) => format!("{}, {} blocks read", duration(ms), grouped(read)),
        (read, skipped) => {
            format!("{}, {} blocks read, {} skipped", duration(ms), grouped(read), grouped(skipped))
        }
    },
    no_rows: "No row matches.",
    rows_gone: "This result is from your last visit. Only its kept beginning is shown; run it again for all of it.",
    copy_all: "Copy all",
    grid_help: "Arrow keys move between cells, Ctrl+C copies",
    notice: "Notice",

    statement_line: |statement, line| match line {
        Some(line) => format!("Statement {statement}, line {line}"),
        None => format!("Statement {statement}"),
    },
    refused_note: |user| {
        format!("{user} does not hold every right this statement needs. No row was changed.")
    },
    why: "Why, in the order it was checked",
    member_of: |groups| format!("in {}", groups.join(", ")),
    member_of_none: "in no group, with no role",
    kind_schema: "on schema",
    kind_table: "on the table",
    kind_view: "on the view",
    kind_column: "on the column",
    kind_database: "on database",
    held: "held",
    missing: "missing",
    missing_note: |user| format!("not held by {user}, a group, a role or PUBLIC"),
    who_could: "Who could grant it",
    smallest_grant: "The smallest GRANT",
    ask_first: "Ask first. Often the refusal is the right answer.",
    our_defect: "This is a defect of ours, not your mistake. What was committed is there: reset the step or change the statement a little to go on.",
    not_run_after: "The statements after this one were not run.",

    terminal_title: "AWS terminal",
    terminal_line: "aws command",
    terminal_run: "Run",
    terminal_empty: (
        "The same commands as the AWS CLI",
        "For example aws s3 ls. The up arrow brings back what you ran before.",
    ),
    exit_code: |code| format!("exit code {code}"),

    editor_phrases: &[],
};
