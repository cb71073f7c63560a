//! Something asked of the learner: a question with a right answer, or a prediction that the run will answer.

use sandshift_prose::definition::Step;
use sandshift_prose::markdown::Choice;
use sandshift_prose::text::Text;
use yew::prelude::*;

use super::markdown::{inline, text};
use crate::course;
use crate::icon::icon;
use crate::page::Page;

pub fn ask(
    page: &Page,
    step: &Step,
    check: &str,
    prompt: &Text,
    options: &[Choice],
    answer: Option<&Text>,
    chosen: Option<&str>,
) -> Html {
    let words = page.words();
    let name = format!("ask-{}-{}", step.id, check);
    let (right, prediction) = course::asked(step, check).unwrap_or(("", false));
    // A prediction is judged when everything else of the step has happened.
    let happened = page.state.step(&step.id).is_some_and(|step| step.passed);
    let judged = chosen.is_some() && (!prediction || happened);
    let verdict = |option: &str| {
        let chosen = chosen == Some(option);
        match (judged, chosen, option == right) {
            (true, true, true) => Some((words.verdict_right, "verdict")),
            (true, true, false) => Some((words.verdict_wrong, "verdict verdict-no")),
            (true, false, true) if prediction => Some((words.verdict_happened, "verdict verdict-was")),
            _ => None,
        }
    };
    let told = judged && (prediction || chosen == Some(right));
    html! {
        <>
            <fieldset class="ask">
                <legend>{ inline(prompt) }</legend>
                { for options.iter().map(|option| {
                    let (desk, step, check, id) = (page.desk.clone(), step.id.clone(), check.to_owned(), option.id.clone());
                    let onchange = Callback::from(move |_: Event| desk.choose(step.clone(), check.clone(), id.clone()));
                    html! {
                        <label>
                            <input type="radio" name={name.clone()} value={option.id.clone()} checked={chosen == Some(&option.id)} disabled={!page.state.is_ready()} {onchange} />
                            <span>{ inline(&option.text) }</span>
                            if let Some((text, class)) = verdict(&option.id) {
                                <span {class}>{ text }</span>
                            }
                        </label>
                    }
                }) }
            </fieldset>
            <div aria-live="polite">
                if told {
                    if let Some(answer) = answer {
                        <div class="callout callout-ok">{ icon("check") }{ text(answer, "") }</div>
                    }
                }
            </div>
        </>
    }
}
