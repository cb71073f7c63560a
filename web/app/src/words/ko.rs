//! Korean. Written, not translated: 합니다체, short sentences, the Korean console's terms, SQL and API words as they are.

use sandshift_protocol::Unreadable;

use super::{Words, duration, grouped};

pub(super) static WORDS: Words = Words {
    skip: "본문으로 건너뛰기",
    home_title: "과정",
    retry: "다시 시도",
    close: "닫기",
    cancel: "취소",
    copy: "복사",
    copied: "복사했습니다",
    saved: |name| format!("{name} 파일로 저장했습니다"),
    theme: "밝게 또는 어둡게",
    switch_language: "언어를 English로 바꾸기",

    lead_title: ["Redshift를 써 보는 하루,", "브라우저 탭 하나에서"],
    lead: "이 탭 안에 작은 웨어하우스와 그것을 둘러싼 AWS 계정이 있습니다. 진짜와 같은 문장을 치고, 진짜와 같은 오류를 만납니다. 설치도 가입도 없고, 돈은 들지 않습니다.",
    stopped_here: "멈춘 곳",
    stopped_at: |lab, step| format!("랩 {lab}의 {step}단계"),
    resume_note: "편집기의 글과 웨어하우스가 그대로 있습니다.",
    resume: "이어 하기",
    begin: "시작",
    begin_with: "여기서 시작합니다",
    begin_note: "준비된 웨어하우스에서 바로 시작합니다.",
    review: "다시 보기",
    ledger: |_| "다섯 개의 랩".to_owned(),
    column_can: "마치고 나면 할 수 있는 일",
    column_progress: "진행",
    column_time: "시간",
    done: "마침",
    coming: "준비 중",
    coming_labs: [
        (
            "백업과 테이블 복구",
            "자동 백업을 35일까지 늘리고, 잃어버린 테이블 하나만 스냅샷에서 되살리고, 지난 시점으로 새 클러스터를 띄웁니다.",
        ),
        (
            "Spectrum",
            "S3의 CSV를 적재하지 않고 외부 테이블로 만들어 Redshift 테이블과 조인하고, 스캔 한 번의 값을 계산합니다.",
        ),
        (
            "Redshift ML",
            "SQL만으로 이탈 예측 모델을 만들고, 정확도를 정직하게 읽고, 남은 SageMaker 리소스를 지웁니다.",
        ),
        (
            "유지보수와 정리",
            "VACUUM과 ANALYZE가 실제로 무엇을 바꾸는지 보고, 중지하고, 지우고, 다음 청구서를 0으로 만듭니다.",
        ),
    ],
    steps: |count| format!("{count}단계"),
    steps_done: |passed, all| format!("{all}단계 중 {passed}단계 마침"),
    minutes: |minutes| format!("{minutes}분"),
    kept_here: (
        "이 브라우저에만 저장됩니다",
        "서버가 없습니다. 다른 기기로 옮기려면 작업 공간을 파일 하나로 내보내세요.",
    ),
    own_state: (
        "마음껏 망가뜨려도 됩니다",
        "단계마다 되돌릴 수 있습니다. 되돌리면 그 단계가 시작될 때의 계정이 다시 준비됩니다.",
    ),
    sandbox: (
        "수업 없이 계정만",
        "랩과 따로 있는 AWS 계정과 웨어하우스입니다. 순서도 점검도 없이 콘솔과 SQL과 터미널로 마음껏 해 보십시오.",
    ),
    sandbox_open: "콘솔 열기",
    no_bill: (
        "진짜와 다른 점은 밝힙니다",
        "아직 흉내 내지 않는 기능은 문법 오류가 아니라 ‘not simulated yet’이라고 답합니다.",
    ),
    index_failed: "랩 목록을 가져오지 못했습니다",
    lesson_failed: "이 랩의 글을 가져오지 못했습니다",
    fetch_failed: |path, why| format!("{path}: {why}. 연결을 확인하고 다시 시도하세요."),
    fetching: "랩의 글을 가져오는 중",
    no_such_lab: |id| format!("‘{id}’라는 랩이 없습니다"),
    to_course: "과정으로",

    lab_name: |order, title| format!("랩 {order}. {title}"),
    warehouse_user: "웨어하우스 사용자",
    warehouse_user_menu: "웨어하우스 사용자 (SQL)",
    warehouse_user_note: "SQL 문장은 이 사용자로 실행됩니다. GRANT로 권한을 받습니다.",
    superuser: "슈퍼유저",
    no_group: "그룹 없음",
    principal: "AWS 보안 주체",
    principal_menu: "AWS 보안 주체 (IAM)",
    principal_policies: "이 주체의 정책",
    principal_note: "콘솔과 터미널은 이 주체로 호출됩니다. IAM 정책으로 권한을 받습니다.",
    simulated_time: "시뮬레이션 시각",
    let_time_pass: "시간 보내기",
    time_steps: [
        ("1시간", 3_600_000_000),
        ("8시간", 28_800_000_000),
        ("1일", 86_400_000_000),
        ("36일", 3_110_400_000_000),
    ],
    time_next: "다음 일이 일어날 때까지",
    meanwhile: "그사이",
    meanwhile_earlier: |count| format!("그 앞에 {count}건 더"),
    happened: |kind| match kind {
        "cluster-available" => "클러스터 사용 가능:",
        "cluster-paused" => "클러스터 일시 중지됨:",
        "cluster-deleted" => "클러스터 삭제됨:",
        "cluster-resized" => "클러스터 크기 조정됨:",
        "maintenance-passed" => "유지 관리 기간이 지남:",
        "snapshot-taken" => "스냅샷 생성됨:",
        "snapshot-expired" => "스냅샷 만료됨:",
        "snapshot-copied" => "스냅샷 복사됨:",
        "table-restored" => "테이블 복원됨:",
        "table-not-restored" => "테이블을 복원하지 못함:",
        "workgroup-available" => "작업 그룹 사용 가능:",
        "workgroup-deleted" => "작업 그룹 삭제됨:",
        "namespace-available" => "네임스페이스 사용 가능:",
        "namespace-deleted" => "네임스페이스 삭제됨:",
        "recovery-point-taken" => "복구 시점 생성됨:",
        "recovery-point-expired" => "복구 시점 만료됨:",
        "table-vacuumed" => "테이블이 저절로 정리됨:",
        "table-analyzed" => "테이블 통계가 저절로 갱신됨:",
        "model-ready" => "모델 준비됨:",
        "model-failed" => "모델 학습 실패:",
        "budget-alarm" => "예산 초과:",
        "crawl-finished" => "크롤러 실행 끝:",
        "job-run-finished" => "Glue 작업 실행 끝:",
        _ => "바뀜:",
    },
    time_note: "시뮬레이션 시계입니다. 여기서 보낸 만큼만 흐릅니다.",
    bill_so_far: "지금까지 요금",
    cluster: "클러스터",
    transaction_open: "트랜잭션 열림",
    transaction_aborted: "트랜잭션 중단됨",
    workspace: "작업 공간",
    reset_step: "이 단계 되돌리기",
    reset_lab: "이 랩 되돌리기",
    move_workspace: "옮기기",
    export_workspace: "파일로 내보내기",
    import_workspace: "파일에서 가져오기",
    reset_step_ask: (
        "이 단계를 처음으로 되돌릴까요?",
        "웨어하우스와 AWS 계정이 이 단계가 시작될 때로 돌아갑니다. 이 단계부터 한 일은 지워집니다. 편집기의 글과 기록은 남습니다.",
    ),
    reset_lab_ask: (
        "이 랩을 처음으로 되돌릴까요?",
        "웨어하우스와 AWS 계정이 1단계가 시작될 때로 돌아갑니다. 이 랩에서 한 일이 모두 지워집니다. 편집기의 글과 기록은 남습니다.",
    ),
    import_ask: ("작업 공간을 이 파일로 바꿀까요?", |name| {
        format!("{name}의 내용이 지금의 작업 공간을 대신합니다. 지금 것이 필요하면 먼저 파일로 내보내세요.")
    }),
    reset_do: "되돌리기",
    import_do: "가져오기",
    step_was_reset: "이 단계를 되돌렸습니다",
    lab_was_reset: "이 랩을 되돌렸습니다",
    imported: "작업 공간을 가져왔습니다",
    moving_on: "되돌리는 중",

    engine_download: "엔진 내려받는 중",
    engine_starting: "웨어하우스 준비 중",
    engine_of: |loaded, total| format!("{total} 중 {loaded}"),
    engine_failed: "엔진을 시작하지 못했습니다.",
    engine_failed_note: "글은 계속 읽을 수 있습니다. 연결을 확인하고 다시 여세요. 저장된 작업은 그대로입니다.",
    reload: "다시 열기",
    memory_only: |reason| {
        format!(
            "이 브라우저가 저장을 막고 있어 탭을 닫으면 작업이 사라집니다 ({reason}). 남기려면 파일로 내보내세요."
        )
    },
    second_tab: "이 작업 공간이 다른 탭에 열려 있습니다. 여기서 한 일은 저장되지 않습니다.",
    storage_full: "브라우저의 저장 공간이 가득 차 마지막 변경을 저장하지 못했습니다. 공간을 비운 뒤 무엇이든 실행하면 다시 저장합니다. 작업 공간을 파일로 내보내도 됩니다.",
    not_saved: |reason| {
        format!(
            "브라우저가 마지막 변경을 저장하지 못했습니다 ({reason}). 무엇이든 실행하면 다시 저장합니다. 탭을 닫기 전에 작업 공간을 파일로 내보내도 됩니다."
        )
    },
    unreadable: "저장된 작업 공간을 열 수 없습니다.",
    unreadable_why: |why| match why {
        Unreadable::Newer { format } => format!("더 새로운 버전의 Sandshift가 쓴 것입니다 (형식 {format})."),
        Unreadable::Older { format } => {
            format!("이 버전이 읽지 못하는 예전 버전의 Sandshift가 쓴 것입니다 (형식 {format}).")
        }
        Unreadable::Broken { what } => format!("손상되었습니다 ({what})."),
        Unreadable::Foreign => "Sandshift 작업 공간이 아닙니다.".to_owned(),
    },
    unreadable_note: "필요하면 파일로 내보내 두고, 이 랩을 되돌려 처음부터 시작하세요.",
    not_imported: "파일을 가져오지 못했습니다. 지금의 작업 공간은 그대로입니다.",
    erase: "이 브라우저에 저장된 것 모두 지우기",
    erase_ask: (
        "모두 지울까요?",
        "모든 랩의 작업 공간과 진도, 설정이 이 브라우저에서 지워집니다. 필요한 것은 먼저 파일로 내보내세요.",
    ),
    erase_do: "모두 지우기",
    recovered: |message| {
        format!(
            "저희의 결함으로 엔진이 멈춰 마지막 커밋에서 다시 시작했습니다. 커밋된 것은 그대로입니다. ({message})"
        )
    },

    guide: "안내",
    workbench: "작업대",
    pane: "볼 곳",
    divider: "안내와 작업대의 경계",
    steps_before: |count, all_passed| {
        if all_passed { format!("마친 단계 {count}개") } else { format!("앞의 단계 {count}개") }
    },
    passed: "마침",
    put_in_editor: "편집기에 넣기",
    put_in_editor_of: |user| format!("{user}의 편집기에 넣기"),
    put_in_terminal: "터미널에 넣기",
    checks: "이 단계에서 할 일",
    checks_note: "저절로 확인됩니다",
    check_passed: "됨",
    check_open: "아직",
    check_now: "지금 확인",
    group_absent: |name| format!("{name} 그룹이 아직 없습니다. CREATE GROUP으로 만듭니다."),
    role_absent: |name| format!("{name} 역할이 아직 없습니다. CREATE ROLE로 만듭니다."),
    user_absent: |name| format!("{name} 사용자가 아직 없습니다. CREATE USER로 만듭니다."),
    table_absent: |name| format!("{name} 테이블이 아직 없습니다."),
    step_passed: "이 단계를 마쳤습니다",
    hint: |number| format!("힌트 {number}"),
    of_hints: |count| format!("{count}개 중"),
    solution: "풀이",
    solution_note: "힌트 뒤에 보는 편이 좋습니다",
    solution_ask: "풀이에는 이 단계의 답이 모두 있습니다. 스스로 해 볼 기회는 한 번뿐입니다.",
    solution_show: "풀이 보기",
    solution_from_start: "단계의 처음부터 실행하는 답입니다. 이미 한 것이 있으면 남은 문장만 골라 실행하거나, 먼저 이 단계를 되돌리세요.",
    verdict_right: "맞았습니다",
    verdict_wrong: "아닙니다",
    verdict_happened: "실제 결과",
    previous_step: "이전 단계",
    next_step: "다음 단계",
    lab_done: "랩을 마쳤습니다",
    lab_done_note: "웨어하우스는 그대로 있습니다. 더 해 봐도 되고, 처음으로 되돌려도 됩니다.",

    query: "쿼리",
    terminal: "터미널",
    console: "콘솔",
    run: "실행",
    run_selection: "고른 것만",
    run_selection_note: "편집기에서 실행할 부분을 먼저 고르세요",
    run_as: "실행할 사용자",
    history: "기록",
    history_empty: "아직 실행한 문장이 없습니다.",
    history_find: "기록에서 찾기",
    editor: "SQL 편집기",
    editor_loading: "편집기를 준비하는 중",
    editor_failed: "편집기를 가져오지 못해 간단한 입력란을 대신 씁니다.",
    results: "결과",
    results_empty: ("아직 결과가 없습니다", "문장을 쓰고 실행하면 문장마다 결과가 여기에 나옵니다."),
    rows: |count| format!("{}행", grouped(count)),
    rows_affected: |count| format!("{}행 바뀜", grouped(count)),
    refused: "거절됨",
    failed: "오류",
    canceled: "취소됨",
    stopped_by_user: "실행을 취소했습니다. 그 앞까지 커밋된 것은 그대로이고, 취소된 문장은 아무것도 바꾸지 않았습니다.",
    running: |index| format!("문장 {index} 실행 중"),
    running_rows: |rows, total, ms| match total {
        Some(total) => format!("{}행 중 {}행, {}", grouped(total), grouped(rows), duration(ms)),
        None => format!("{}행, {}", grouped(rows), duration(ms)),
    },
    rows_of: |from, to, all| format!("{}행 중 {}–{}행", grouped(all), grouped(from), grouped(to)),
    measured: |ms, read, skipped| match (read, skipped) {
        (0, 0) => duration(ms),
        (read, 0) => format!("{}, 블록 {}개 읽음", duration(ms), grouped(read)),
        (read, skipped) => {
            format!("{}, 블록 {}개 읽고 {}개 건너뜀", duration(ms), grouped(read), grouped(skipped))
        }
    },
    no_rows: "조건에 맞는 행이 없습니다.",
    rows_gone: "지난번의 결과입니다. 저장해 둔 앞부분만 보이며, 다시 실행하면 모두 보입니다.",
    copy_all: "모두 복사",
    grid_help: "화살표 키로 셀을 옮기고 Ctrl+C로 복사합니다",
    notice: "알림",

    statement_line: |statement, line| match line {
        Some(line) => format!("문장 {statement}, {line}행"),
        None => format!("문장 {statement}"),
    },
    refused_note: |user| {
        format!(
            "이 문장에 필요한 권한 가운데 {user} 사용자에게 없는 것이 있습니다. 한 행도 바뀌지 않았습니다."
        )
    },
    why: "왜: 검사한 순서대로",
    member_of: |ties| ties.iter().map(|tie| tied(tie)).collect::<Vec<_>>().join(", "),
    member_of_none: "그룹도 역할도 없음",
    right: |right| match right.split_once(" as view owner ") {
        Some((right, owner)) => format!("뷰 소유자 {owner}의 {right}"),
        None if right == "owner" => "소유자".to_owned(),
        None if right == "superuser" => "슈퍼유저".to_owned(),
        None => right.to_owned(),
    },
    why_ask: "왜 거절되었나요?",
    kind: |kind| match kind {
        "schema" => "스키마",
        "table" | "relation" => "테이블",
        "view" => "뷰",
        "column" => "열",
        "database" => "데이터베이스",
        "system" | "system permissions" => "시스템",
        "function" => "함수",
        "procedure" => "프로시저",
        "language" => "언어",
        "role" => "역할",
        "model" => "모델",
        "user" => "사용자",
        other => other,
    },
    kind_name: |kind| match kind {
        "view" => "뷰",
        "function" => "함수",
        "procedure" => "프로시저",
        _ => "테이블",
    },
    held_by: |how| match in_scope(how) {
        (how, Some(scope)) => format!("{}에게 {scope} 전체에 준 것", tied(how)),
        (how, None) => held_by(how),
    },
    grantor: |reason| match reason {
        "superuser" => "슈퍼유저".to_owned(),
        "owner" => "소유자".to_owned(),
        other => other.to_owned(),
    },
    held_short: |how| match how {
        "superuser" => "슈퍼유저".to_owned(),
        "owner" => "소유자".to_owned(),
        "granted to the user" => "직접".to_owned(),
        other => match in_scope(other) {
            (how, Some(scope)) => format!("{}, {scope} 전체", tied(how)),
            (how, None) => tied(how),
        },
    },
    held: "있음",
    missing: "없음",
    missing_note: |user| format!("{user}, 그룹, 역할, PUBLIC 어디에도 없음"),
    holders: |names| {
        format!("이 권한이 있는 쪽: {}", names.iter().map(|name| tied(name)).collect::<Vec<_>>().join(", "))
    },
    who_could: "줄 수 있는 사람",
    smallest_grant: "가장 작은 GRANT",
    ask_first: "주기 전에 먼저 물어보세요. 거절이 맞는 답일 때가 많습니다.",
    our_defect: "학습자의 실수가 아니라 저희의 결함입니다. 커밋된 것은 그대로이니, 단계를 되돌리거나 문장을 조금 바꿔 계속할 수 있습니다.",
    not_run_after: "이 문장 뒤의 문장은 실행되지 않았습니다.",

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

    sign_in_menu: "비밀번호로 로그인",
    sign_in_title: "웨어하우스에 로그인",
    sign_in_note: "클라이언트처럼 접속합니다: course-cluster, 포트 5439, 데이터베이스 dev. 새 세션이 시작되고, 이 화면이 그 사용자로 열어 둔 세션은 끝납니다.",
    sign_in: "로그인",
    sign_in_refused: "둘 중 무엇이 틀렸는지 서버는 알려 주지 않습니다.",
    signed_in: |user| format!("{user} 사용자로 로그인했습니다"),
    sign_in_with: |user| format!("{user} 자격 증명으로 로그인"),
    user_name: "사용자 이름",
    password: "비밀번호",
    password_help: "임시 자격 증명이면 aws redshift get-cluster-credentials가 출력한 DbUser와 DbPassword를 그대로 붙여 넣으세요.",

    users: "사용자",
    models: "모델",
    rights_of_all: "누가 무엇을 할 수 있나",
    rights_of: |user| format!("{user} 사용자가 할 수 있는 일"),
    act_as: |user| format!("{user} 사용자로 실행하기"),
    compare_to: |user| format!("{user} 사용자와 비교하기"),
    groups: "그룹",
    roles: "역할",
    none: "없음",
    role_through: |role| format!("{role} 역할을 통해"),
    fact_password: "비밀번호",
    password_set: "있음",
    password_disabled: "사용 안 함",
    valid_until: "유효 기한",
    forever: "제한 없음",
    connection_limit: "연결 한도",
    unlimited: "제한 없음",
    create_database: "CREATEDB",
    syslog: "SYSLOG ACCESS",
    yes: "예",
    no: "아니요",
    schema_named: |name| format!("스키마 {name}"),
    owner_is: |owner| format!("소유자 {owner}"),
    no_usage: "USAGE가 없으면 아래에 무엇을 주었든 이 스키마의 어떤 이름에도 닿지 못합니다.",
    no_relations: "아직 아무것도 없습니다.",
    no_right_on: |names| format!("안에 있는 것에 아무 권한도 없습니다: {names}."),
    relation: "테이블 또는 뷰",
    on_columns: |held, all| format!("열 {all}개 중 {held}개"),
    rows_filtered: |policies| format!("{policies} 정책을 지난 행만 보입니다"),
    rows_denied: |user| {
        format!("한 행도 보이지 않습니다: 행 수준 보안이 켜져 있고 {user} 사용자에게 닿는 정책이 없습니다")
    },
    masked_by: |columns, policy| format!("{columns} 열은 {policy} 정책으로 가려집니다"),
    rights_note: "사용자와 그 그룹, 역할, PUBLIC에 준 권한을 지금 모아 센 것입니다. DENY는 없습니다.",
    superuser_note: |user| {
        format!("{user} 사용자는 슈퍼유저입니다. 권한을 검사하지 않으므로 모자란 권한도 없습니다.")
    },

    view_of: "보기",
    view_table: "표",
    view_text: "글",
    view_graph: "그래프",
    view_chart: "차트",
    plan_help: "행은 아래에서 위로 흐릅니다. 선이 굵을수록 예상되는 행이 많습니다.",
    plan_rows: |rows| format!("{}행", grouped(rows)),
    plan_width: |bytes| format!("행마다 {bytes} B"),
    plan_cost: "비용",
    plan_share: |share| format!("계획 전체 비용의 {share} %가 이 단계 자신의 것"),
    movement: |code| {
        Some(match code {
            "DS_DIST_NONE" => "옮기는 행이 없습니다. 짝이 되는 행이 같은 슬라이스에 있습니다.",
            "DS_DIST_ALL_NONE" => "옮기는 행이 없습니다. 안쪽 테이블이 모든 노드에 있습니다(DISTSTYLE ALL).",
            "DS_DIST_INNER" => "안쪽 행을 바깥쪽 행의 슬라이스로 보냅니다.",
            "DS_DIST_OUTER" => "바깥쪽 행을 안쪽 행의 슬라이스로 보냅니다.",
            "DS_BCAST_INNER" => "안쪽 전체를 모든 노드에 복사합니다.",
            "DS_DIST_ALL_INNER" => "바깥쪽이 DISTSTYLE ALL이라 안쪽 테이블 전체를 한 슬라이스로 보냅니다.",
            "DS_DIST_BOTH" => "양쪽을 모두 새 슬라이스로 보냅니다.",
            _ => return None,
        })
    },
    chart_loading: "차트 라이브러리를 가져오는 중",
    chart_failed: "차트 라이브러리를 가져오지 못했습니다.",
    chart_none: ("그릴 것이 없습니다", "숫자 열 하나와 행 하나는 있어야 차트를 그립니다."),
    chart_kind: "차트 종류",
    chart_kinds: ["막대", "선", "점"],
    chart_x: "가로",
    chart_y: "세로",
    chart_split: "계열을 나눌 열",
    chart_unsplit: "나누지 않음",
    chart_cut: |shown, all| format!("{}행 중 앞의 {}행입니다.", grouped(all), grouped(shown)),
    chart_said: |y, x| format!("{x}별 {y} 차트. 값은 표 보기에 있습니다"),

    terminal_title: "AWS 터미널",
    terminal_line: "aws 명령",
    terminal_run: "실행",
    terminal_empty: (
        "AWS CLI와 같은 명령을 씁니다",
        "예를 들어 aws s3 ls. 위 화살표로 지난 명령을 다시 부릅니다.",
    ),
    exit_code: |code| format!("종료 코드 {code}"),

    editor_phrases: &[
        ("Completions", "이름 제안"),
        ("Diagnostics", "문제"),
        ("No diagnostics", "문제 없음"),
        ("Control character", "제어 문자"),
    ],
};

fn held_by(how: &str) -> String {
    match how {
        "superuser" => "슈퍼유저라서".to_owned(),
        "owner" => "소유자라서".to_owned(),
        "granted to the user" => "이 사용자에게 직접 준 것".to_owned(),
        "PUBLIC" => "PUBLIC, 모두에게 준 것".to_owned(),
        other => format!("{}에게 준 것", tied(other)),
    }
}

/// `group etl, for all TABLES IN SCHEMA sales`: who, and on all of what.
fn in_scope(how: &str) -> (&str, Option<&str>) {
    match how.split_once(", for all ") {
        Some((how, scope)) => (how, Some(scope)),
        None => (how, None),
    }
}

/// `group analytics_users` as `그룹 analytics_users`.
fn tied(tie: &str) -> String {
    if let Some((role, through)) = tie.split_once(" through ") {
        return format!("{}의 {}", tied(through), tied(role));
    }
    match tie.split_once(' ') {
        Some(("group", name)) => format!("그룹 {name}"),
        Some(("role", name)) => format!("역할 {name}"),
        Some(("user", name)) => format!("사용자 {name}"),
        _ if tie == "granted to the user" => "이 사용자".to_owned(),
        _ => tie.to_owned(),
    }
}
