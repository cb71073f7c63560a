//! What is said of two users side by side, in both languages beside each other: they compare the same.

use super::grouped;

pub struct Comparing {
    pub compare: &'static str,
    pub compare_note: &'static str,
    pub compare_with: &'static str,
    pub run_as_both: &'static str,
    pub running_both: &'static str,
    pub compared: &'static str,
    pub compared_note: &'static str,
    pub compared_cut: fn(u64) -> String,
    pub compared_rows: &'static str,
    pub compared_layout: &'static str,
    pub all_rows: &'static str,
    pub differing_rows: &'static str,
    pub beside: &'static str,
    pub together: &'static str,
    pub sees: &'static str,
    pub sees_not: &'static str,
    pub column_absent: &'static str,
    pub values_differ: &'static str,
    pub only_user: fn(&str) -> String,
    pub same_rows: fn(u64) -> String,
    pub rows_shared: fn(u64) -> String,
    pub rows_only: fn(&str, u64) -> String,
    pub columns_differ: fn(&str) -> String,
    pub columns_only: fn(&str, &str) -> String,
    /// Who got through, who did not, and whether for want of a right.
    pub one_fails: fn(&str, &str, bool) -> String,
    pub same_error: &'static str,
    pub other_errors: &'static str,
    pub same_effect: &'static str,
    pub other_effect: &'static str,
}

pub const EN: Comparing = Comparing {
    compare: "Compare",
    compare_note: "Run the same statement as two users and see what differs",
    compare_with: "Compare with",
    run_as_both: "Run as both",
    running_both: "Running as both",
    compared: "Two users compared",
    compared_note: "Each ran on a copy of the account. Nothing was changed.",
    compared_cut: |most| format!("Only the first {} rows of each were compared.", grouped(most)),
    compared_rows: "Rows shown",
    compared_layout: "Layout",
    all_rows: "All rows",
    differing_rows: "Differences",
    beside: "Side by side",
    together: "Together",
    sees: "sees it",
    sees_not: "does not see it",
    column_absent: "column not seen",
    values_differ: "values differ",
    only_user: |user| format!("only {user}"),
    same_rows: |rows| match rows {
        0 => "Both see no row at all.".to_owned(),
        1 => "Both see the same row.".to_owned(),
        rows => format!("Both see the same {} rows.", grouped(rows)),
    },
    rows_shared: |rows| match rows {
        0 => "No row is seen by both.".to_owned(),
        1 => "1 row is seen by both.".to_owned(),
        rows => format!("{} rows are seen by both.", grouped(rows)),
    },
    rows_only: |user, rows| match rows {
        1 => format!("1 is seen by {user} only."),
        rows => format!("{} are seen by {user} only.", grouped(rows)),
    },
    columns_differ: |names| format!("Other values in {names}."),
    columns_only: |user, names| format!("Only {user} gets {names}."),
    one_fails: |through, stopped, refused| {
        if refused {
            format!("{through} may do this; {stopped} may not.")
        } else {
            format!("It works for {through} and ends in an error for {stopped}.")
        }
    },
    same_error: "Both meet the same error.",
    other_errors: "Neither gets through, each for another reason.",
    same_effect: "It works for both, with the same effect.",
    other_effect: "It works for both, but touches a different number of rows.",
};

pub const KO: Comparing = Comparing {
    compare: "비교",
    compare_note: "같은 문장을 두 사용자로 실행해 무엇이 다른지 봅니다",
    compare_with: "비교할 사용자",
    run_as_both: "둘로 실행",
    running_both: "두 사용자로 실행 중",
    compared: "두 사용자 비교",
    compared_note: "각자 계정의 사본에서 실행했습니다. 바뀐 것은 없습니다.",
    compared_cut: |most| format!("각각 앞의 {}행만 비교했습니다.", grouped(most)),
    compared_rows: "보일 행",
    compared_layout: "배치",
    all_rows: "모든 행",
    differing_rows: "다른 행",
    beside: "나란히",
    together: "한 표로",
    sees: "보임",
    sees_not: "안 보임",
    column_absent: "안 보이는 열",
    values_differ: "값이 다름",
    only_user: |user| format!("{user}만"),
    same_rows: |rows| match rows {
        0 => "둘 다 한 행도 보지 못합니다.".to_owned(),
        rows => format!("둘이 같은 {}행을 봅니다.", grouped(rows)),
    },
    rows_shared: |rows| match rows {
        0 => "둘 다 보는 행은 없습니다.".to_owned(),
        rows => format!("둘 다 보는 행은 {}행입니다.", grouped(rows)),
    },
    rows_only: |user, rows| format!("{}행은 {user} 사용자에게만 보입니다.", grouped(rows)),
    columns_differ: |names| format!("{names} 열의 값이 서로 다릅니다."),
    columns_only: |user, names| format!("{names} 열은 {user} 사용자만 받습니다."),
    one_fails: |through, stopped, refused| {
        if refused {
            format!("{through} 사용자는 할 수 있고 {stopped} 사용자는 할 수 없습니다.")
        } else {
            format!("{through} 사용자는 되고 {stopped} 사용자는 오류로 끝납니다.")
        }
    },
    same_error: "둘 다 같은 오류를 만납니다.",
    other_errors: "둘 다 되지 않으며 이유는 서로 다릅니다.",
    same_effect: "둘 다 되고 결과도 같습니다.",
    other_effect: "둘 다 되지만 바뀌는 행의 수가 다릅니다.",
};
