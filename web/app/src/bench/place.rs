//! Whom the editor talks to: cluster or workgroup, database, user. And the way out when nobody answers there.

use sandshift_protocol::WarehouseState;
use yew::prelude::*;

use crate::bar::Menu;
use crate::console::half;
use crate::icon::small_icon;
use crate::page::Page;
use crate::warehouse::{dot, status};

/// Nobody answers there.
pub const UNREACHED: &str = "08001";

/// The warehouse that was chosen, while it exists.
fn chosen(page: &Page) -> Option<&WarehouseState> {
    let account = &page.state.account;
    account.warehouses.iter().find(|one| one.name == account.warehouse)
}

/// Where the console shows it.
fn address(page: &Page, one: Option<&WarehouseState>) -> String {
    let place = match one {
        Some(one) if one.serverless => format!("redshift/workgroup/{}", one.name),
        Some(one) => format!("redshift/cluster/{}", one.name),
        None => "redshift/snapshots".to_owned(),
    };
    page.state.route.console(&place).href()
}

pub fn place_line(page: &Page) -> Html {
    let (state, words) = (&page.state, page.words());
    let say = |text: &'static str| half(text, state.language);
    let account = &state.account;
    if account.warehouse.is_empty() {
        return html! {};
    }
    let here = chosen(page);
    let face = html! {
        <>
            { dot(&account.cluster_status) }
            <span class="sr">{ say("연결한 웨어하우스|Connected warehouse") }</span>
            <b class="place-name">{ &account.warehouse }</b>
            if account.cluster_status != "available" { <span class="pill">{ status(&account.cluster_status, state.language).to_owned() }</span> }
            { small_icon("caret") }
        </>
    };
    html! {
        <div class="place">
            <Menu {face} class="place-face" id="menu-place">
                <p class="over">{ say("어느 웨어하우스에 연결할까요|Which warehouse to connect to") }</p>
                <ul>
                    { for account.warehouses.iter().map(|one| {
                        let (desk, name) = (page.desk.clone(), one.name.clone());
                        let onclick = Callback::from(move |_: MouseEvent| desk.choose_warehouse(name.clone()));
                        let on = one.name == account.warehouse;
                        let kind = say(if one.serverless { "서버리스 작업 그룹|serverless workgroup" } else { "클러스터|cluster" });
                        html! {
                            <li><button class={classes!("menu-item", on.then_some("is-on"))} type="button" aria-current={on.then_some("true")} {onclick}>
                                { dot(&one.status) }{ &one.name }<span class="end">{ kind }{ " · " }{ status(&one.status, state.language).to_owned() }</span>
                            </button></li>
                        }
                    }) }
                </ul>
                <p>{ say("편집기의 문장은 고른 웨어하우스에서 실행됩니다. 트랜잭션과 설정은 웨어하우스마다 따로입니다.|Statements of the editor run in the chosen one. Each has transactions and settings of its own.") }</p>
                <ul class="menu-more"><li><a class="menu-item" href={address(page, here)}>{ small_icon("cloud") }{ say("콘솔에서 보기|Show in the console") }</a></li></ul>
            </Menu>
            if let Some(here) = here { <span class="mono meta"><span class="sr">{ say("데이터베이스|Database") }{ " " }</span>{ &here.database }</span> }
            <span class="mono meta"><span class="sr">{ words.warehouse_user }{ " " }</span>{ &state.user }</span>
        </div>
    }
}

/// What to do about a warehouse that does not answer.
pub fn way_out(page: &Page) -> Html {
    let say = |text: &'static str| half(text, page.state.language);
    let here = chosen(page);
    let (what, link) = match here.map(|one| one.status.as_str()) {
        None => (
            "이 웨어하우스는 이제 없습니다. 스냅샷에서 복원하거나, 편집기 위에서 다른 것을 고르세요.|This warehouse is gone. Restore it from a snapshot, or choose another one above the editor.",
            "콘솔의 스냅샷|Snapshots in the console",
        ),
        Some("paused") => (
            "클러스터가 일시 중지되어 있습니다. 재개하고 몇 분이 지나면 다시 조회할 수 있습니다.|The cluster is paused. Resume it, and a few minutes later it answers again.",
            "콘솔에서 재개하기|Resume it in the console",
        ),
        Some("available") => (
            "웨어하우스가 다시 응답합니다. 한 번 더 실행하세요.|The warehouse answers again. Run it once more.",
            "콘솔에서 보기|Show in the console",
        ),
        Some(_) => (
            "아직 준비되지 않았습니다. 위쪽의 시계로 시간을 보낸 뒤 다시 실행하세요.|It is not ready yet. Let some time pass with the clock above, then run it again.",
            "콘솔에서 보기|Show in the console",
        ),
    };
    html! {
        <p class="refusal-hint way-out">{ say(what) }<a class="btn btn-sm" href={address(page, here)}>{ say(link) }</a></p>
    }
}
