//! What is said when a browser does not keep a person's work as it should, in both languages beside each other: they are
//! read when something is wrong, and must promise the same.

use sandshift_protocol::Unreadable;

pub struct Keeping {
    pub memory_only: fn(&str) -> String,
    pub second_tab: &'static str,
    pub two_ways: &'static str,
    pub storage_full: &'static str,
    pub not_saved: fn(&str) -> String,
    pub unreadable: &'static str,
    pub unreadable_why: fn(&Unreadable) -> String,
    pub unreadable_note: &'static str,
    pub not_imported: &'static str,
    pub erase: &'static str,
    pub erase_ask: (&'static str, &'static str),
    pub erase_do: &'static str,
}

pub const EN: Keeping = Keeping {
    memory_only: |reason| {
        format!(
            "This browser blocks storage, so your work is gone when the tab closes ({reason}). Export it to a file to keep it."
        )
    },
    second_tab: "This workspace is open in another tab. What you do here is not saved.",
    two_ways: "The other tab was closed, but work was done in both, and what is saved is the other one's. Reload to go on from there; export this workspace first if you want to keep what you did here.",
    storage_full: "The browser has no room left, so your last changes are not saved. Free some space and run anything to try again, or export the workspace to a file.",
    not_saved: |reason| {
        format!(
            "The browser did not save your last changes ({reason}). Run anything to try again, or export the workspace to a file before you close this tab."
        )
    },
    unreadable: "The saved workspace cannot be opened.",
    unreadable_why: |why| match why {
        Unreadable::Newer { format } => {
            format!("It was written by a newer version of Sandshift (format {format}).")
        }
        Unreadable::Older { format } => {
            format!(
                "It was written by an older version of Sandshift (format {format}), which this one does not read."
            )
        }
        Unreadable::Broken { what } => format!("It is damaged ({what})."),
        Unreadable::Foreign => "It is not a Sandshift workspace.".to_owned(),
        Unreadable::OtherLab { lab } if lab.is_empty() => {
            "It is an account without a lab. Import it in the sandbox.".to_owned()
        }
        Unreadable::OtherLab { lab } => {
            format!("It is a workspace of the lab {lab}. Open that lab and import it there.")
        }
    },
    unreadable_note: "Export it to keep it, then reset this lab to begin again.",
    not_imported: "The file was not imported; your workspace is unchanged.",
    erase: "Delete everything in this browser",
    erase_ask: (
        "Delete everything?",
        "Every lab's workspace, your progress and your settings are deleted from this browser. Export what you want to keep first.",
    ),
    erase_do: "Delete everything",
};

pub const KO: Keeping = Keeping {
    memory_only: |reason| {
        format!(
            "이 브라우저가 저장을 막고 있어 탭을 닫으면 작업이 사라집니다 ({reason}). 남기려면 파일로 내보내세요."
        )
    },
    second_tab: "이 작업 공간이 다른 탭에 열려 있습니다. 여기서 한 일은 저장되지 않습니다.",
    two_ways: "다른 탭은 닫혔지만 두 탭에서 따로 작업했고, 저장된 것은 다른 탭의 작업입니다. 새로 고치면 그 작업에서 이어집니다. 여기서 한 일을 남기려면 먼저 파일로 내보내세요.",
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
        Unreadable::OtherLab { lab } if lab.is_empty() => {
            "랩 없이 쓰던 계정입니다. 샌드박스에서 가져오세요.".to_owned()
        }
        Unreadable::OtherLab { lab } => format!("다른 랩({lab})의 작업 공간입니다. 그 랩을 열고 가져오세요."),
    },
    unreadable_note: "필요하면 파일로 내보내 두고, 이 랩을 되돌려 처음부터 시작하세요.",
    not_imported: "파일을 가져오지 못했습니다. 지금의 작업 공간은 그대로입니다.",
    erase: "이 브라우저에 저장된 것 모두 지우기",
    erase_ask: (
        "모두 지울까요?",
        "모든 랩의 작업 공간과 진도, 설정이 이 브라우저에서 지워집니다. 필요한 것은 먼저 파일로 내보내세요.",
    ),
    erase_do: "모두 지우기",
};
