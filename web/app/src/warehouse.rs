//! How the state of a cluster or workgroup looks and reads, wherever one is named.

use yew::prelude::*;

use crate::console::half;
use crate::words::Language;

/// `status` in small letters, as the worker gives it.
pub fn status(status: &str, language: Language) -> &str {
    let known = match status {
        "available" => "사용 가능|Available",
        "paused" => "일시 중지됨|Paused",
        "pausing" => "일시 중지 중|Pausing",
        "resuming" => "재개 중|Resuming",
        "creating" => "생성 중|Creating",
        "deleting" => "삭제 중|Deleting",
        "resizing" => "크기 조정 중|Resizing",
        "available, prep-for-resize" => "크기 조정 준비 중|Preparing to resize",
        "available, resize-cleanup" => "크기 조정 마무리 중|Finishing the resize",
        "rebooting" => "재부팅 중|Rebooting",
        "modifying" => "수정 중|Modifying",
        "renaming" => "이름 바꾸는 중|Renaming",
        "final-snapshot" => "마지막 스냅샷 중|Taking the final snapshot",
        "deleted" => "없음|Gone",
        other => other,
    };
    half(known, language)
}

/// A shape as well as a colour: disc up, half disc changing, ring asleep or gone.
pub fn dot(status: &str) -> Html {
    let class = match status {
        "available" => "dot-ok",
        "paused" | "deleted" => "dot-paused",
        _ => "dot-busy",
    };
    html! { <span class={classes!("dot", class)} /> }
}
