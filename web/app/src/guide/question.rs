//! Something asked of the learner: a question with a right answer, or a prediction that the run will answer.

use sandshift_prose::definition::Step;
use sandshift_prose::markdown::Choice;
use sandshift_prose::text::Text;
use yew::prelude::*;

use super::markdown::{Inline, Markdown};
use crate::course;
use crate::icon::Icon;
use crate::page::use_page;

#[derive(Properties, PartialEq)]
pub struct AskProps {
    pub step: Step,
    pub check: String,
    pub prompt: Text,
    pub options: Vec<Choice>,
    /// Said once it is answered right, or the prediction is made.
    pub answer: Option<Text>,
    pub chosen: Option<String>,
}

#[component]
pub fn Ask(props: &AskProps) -> Html {
    let page = use_page();
    let words = page.words();
    let name = format!("ask-{}-{}", props.step.id, props.check);
    let (right, prediction) = course::asked(&props.step, &props.check).unwrap_or(("", false));
    // A prediction is judged when everything else of the step has happened.
    let happened = page.state.step(&props.step.id).is_some_and(|step| step.passed);
    let judged = props.chosen.is_some() && (!prediction || happened);
    let verdict = |option: &str| {
        let chosen = props.chosen.as_deref() == Some(option);
        match (judged, chosen, option == right) {
            (true, true, true) => Some((words.verdict_right, "verdict")),
            (true, true, false) => Some((words.verdict_wrong, "verdict verdict-no")),
            (true, false, true) if prediction => Some((words.verdict_happened, "verdict verdict-was")),
            _ => None,
        }
    };
    let told = judged && (prediction || props.chosen.as_deref() == Some(right));
    html! {
        <>
            <fieldset class="ask">
                <legend><Inline text={props.prompt.clone()} /></legend>
                { for props.options.iter().map(|option| {
                    let (desk, step, check, id) = (page.desk.clone(), props.step.id.clone(), props.check.clone(), option.id.clone());
                    let onchange = Callback::from(move |_: Event| desk.choose(step.clone(), check.clone(), id.clone()));
                    html! {
                        <label>
                            <input type="radio" name={name.clone()} value={option.id.clone()} checked={props.chosen.as_deref() == Some(&option.id)} disabled={!page.state.is_ready()} {onchange} />
                            <span><Inline text={option.text.clone()} /></span>
                            if let Some((text, class)) = verdict(&option.id) {
                                <span {class}>{ text }</span>
                            }
                        </label>
                    }
                }) }
            </fieldset>
            <div aria-live="polite">
                if told {
                    if let Some(answer) = &props.answer {
                        <div class="callout callout-ok"><Icon name="check" /><Markdown text={answer.clone()} class="" /></div>
                    }
                }
            </div>
        </>
    }
}
