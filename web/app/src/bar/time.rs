//! The simulated clock, and letting it run.

use yew::prelude::*;

use super::menu::Menu;
use crate::icon::icon;
use crate::page::Page;

const DAY: i64 = 86_400_000_000;
const MINUTE: i64 = 60_000_000;

pub fn time_menu(page: &Page) -> Html {
    let words = page.words();
    let (date, time) = written(page.state.account.now);
    let face = html! {
        <>
            { icon("clock") }
            <span class="sr">{ words.simulated_time }</span>
            <span class="num"><span class="opt">{ date }{ " " }</span>{ time }</span>
        </>
    };
    let next = {
        let desk = page.desk.clone();
        Callback::from(move |_: MouseEvent| desk.advance(None))
    };
    let disabled = page.state.passing.is_some();
    // The year is known.
    let ahead = page.state.account.next.map(|at| moment(at).split_off(5));
    html! {
        <Menu {face} class="vital" id="menu-time">
            <p class="over">{ words.let_time_pass }</p>
            <div class="clock-grid">
                { for words.time_steps.iter().map(|(name, micros)| {
                    let (desk, micros) = (page.desk.clone(), *micros);
                    let onclick = Callback::from(move |_: MouseEvent| desk.advance(Some(micros)));
                    html! { <button class="btn btn-sm" type="button" {onclick} {disabled}>{ *name }</button> }
                }) }
                <button class="btn btn-sm clock-next" type="button" onclick={next} disabled={disabled || ahead.is_none()}>{ words.time_next }if let Some(at) = ahead { <span class="meta num">{ at }</span> }</button>
            </div>
            <p>{ words.time_note }</p>
        </Menu>
    }
}

/// `2023-05-25 10:42`.
pub fn moment(micros: i64) -> String {
    let (date, time) = written(micros);
    format!("{date} {time}")
}

/// Date and time of a moment (microseconds since 1970 UTC): `2023-05-25`, `10:42`.
fn written(micros: i64) -> (String, String) {
    let (days, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
    // Howard Hinnant's civil_from_days, for the proleptic Gregorian calendar.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let minutes = rest / MINUTE;
    (format!("{year:04}-{month:02}-{day:02}"), format!("{:02}:{:02}", minutes / 60, minutes % 60))
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn moments_are_written_as_dates() {
        assert_eq!(written(0), ("1970-01-01".to_owned(), "00:00".to_owned()));
        assert_eq!(written(1_685_011_320_000_000), ("2023-05-25".to_owned(), "10:42".to_owned()));
        assert_eq!(written(951_782_400_000_000).0, "2000-02-29");
    }
}
