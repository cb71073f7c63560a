//! A user's rights as a table for each schema: a filled block where a right is held, and through what.

use yew::prelude::*;

use crate::icon::small_icon;
use crate::page::Page;
use sandshift_protocol::{
    Access, HeldRight, NameKind, ReachingPolicy, RelationAccess, RoutineAccess, SchemaAccess,
};

const RIGHTS: [&str; 4] = ["SELECT", "INSERT", "UPDATE", "DELETE"];
const SCHEMA_RIGHTS: [&str; 2] = ["USAGE", "CREATE"];

pub fn rights(page: &Page, access: &Access) -> Html {
    let words = page.words();
    let note =
        if access.superuser { (words.superuser_note)(&access.user) } else { words.rights_note.to_owned() };
    // What is open stands first.
    let mut schemas: Vec<&SchemaAccess> = access.schemas.iter().collect();
    schemas.sort_by_key(|schema| {
        let any = schema.relations.iter().any(|relation| !relation.rights.is_empty());
        let any = any || schema.routines.iter().any(|routine| routine.held.is_some());
        (!any, schema.rights.is_empty())
    });
    html! {
        <div class="rights">
            <p class="meta">{ note }</p>
            { for schemas.iter().map(|schema| of_schema(page, access, schema)) }
        </div>
    }
}

fn of_schema(page: &Page, access: &Access, schema: &SchemaAccess) -> Html {
    let words = page.words();
    let find = |right: &str| schema.rights.iter().find(|held| held.right == right);
    let usable = find("USAGE").is_some();
    let any = schema.relations.iter().any(|relation| !relation.rights.is_empty());
    let names: Vec<&str> = schema.relations.iter().map(|relation| relation.name.as_str()).collect();
    let names = names.join(", ");
    html! {
        <section class="rights-schema" aria-label={(words.schema_named)(&schema.name)}>
            <header>
                <h4><span class="mono">{ &schema.name }</span><span class="meta">{ (words.owner_is)(&schema.owner) }</span></h4>
                <ul class="rights-of-schema">
                    { for SCHEMA_RIGHTS.iter().map(|right| {
                        let held = find(right);
                        html! { <li class={mark(held)}><i aria-hidden="true" /><b>{ *right }</b><span class="meta">{ held.map_or_else(|| words.missing.to_owned(), |held| (words.held_by)(&held.held)) }</span></li> }
                    }) }
                </ul>
            </header>
            if !usable && any {
                <p class="rights-shut">{ words.no_usage }</p>
            }
            if !schema.routines.is_empty() {
                <ul class="rights-of-schema rights-routines">{ for schema.routines.iter().map(|routine| of_routine(page, routine)) }</ul>
            }
            if schema.relations.is_empty() && schema.routines.is_empty() {
                <p class="meta rights-none">{ words.no_relations }</p>
            } else if schema.relations.is_empty() {
            } else if !any {
                <p class="meta rights-none">{ (words.no_right_on)(&names) }</p>
            } else {
                <div class="scroll-x" tabindex="0" role="group" aria-label={(words.schema_named)(&schema.name)}>
                    <table class={classes!("table", "rights-table", (!usable).then_some("shut"))}>
                        <thead><tr><th scope="col">{ words.relation }</th>{ for RIGHTS.iter().map(|right| html! { <th scope="col">{ *right }</th> }) }</tr></thead>
                        <tbody>{ for schema.relations.iter().map(|relation| of_relation(page, access, relation)) }</tbody>
                    </table>
                </div>
            }
        </section>
    }
}

fn of_routine(page: &Page, routine: &RoutineAccess) -> Html {
    let words = page.words();
    let class = if routine.held.is_some() { "right-yes" } else { "right-no" };
    let kind = (words.kind_name)(if routine.procedure { "procedure" } else { "function" });
    let how = routine.held.as_deref().map_or_else(|| words.missing.to_owned(), |held| (words.held_by)(held));
    html! { <li {class}><i aria-hidden="true" /><b>{ "EXECUTE" }</b><span class="mono">{ &routine.name }</span><span class="meta">{ format!("{kind}, {how}") }</span></li> }
}

fn of_relation(page: &Page, access: &Access, relation: &RelationAccess) -> Html {
    let words = page.words();
    let kind =
        if relation.kind == NameKind::View { (words.kind_name)("view") } else { (words.kind_name)("table") };
    html! {
        <tr>
            <th scope="row"><span class="mono">{ &relation.name }</span><span class="meta">{ kind }{ if relation.owner == access.user { String::new() } else { format!(", {}", (words.owner_is)(&relation.owner)) } }</span>
                { for policies(page, access, relation).into_iter().map(|said| html! { <span class="rights-policy">{ small_icon("policy") }{ said }</span> }) }
            </th>
            { for RIGHTS.iter().map(|right| {
                let held = relation.rights.iter().find(|held| held.right == *right);
                html! {
                    <td class={mark(held)}>
                        <i aria-hidden="true" />
                        {
                            match held {
                                None => html! { <span class="sr">{ words.missing }</span> },
                                Some(held) => html! { <span class="how" title={held.columns.join(", ")}>{ how(page, held, relation.columns) }</span> },
                            }
                        }
                    </td>
                }
            }) }
        </tr>
    }
}

fn how(page: &Page, held: &HeldRight, all: u32) -> String {
    let words = page.words();
    let through = (words.held_short)(&held.held);
    if held.columns.is_empty() {
        through
    } else {
        format!("{}, {through}", (words.on_columns)(held.columns.len(), all))
    }
}

/// Which rows and values policies leave of it, in sentences.
fn policies(page: &Page, access: &Access, relation: &RelationAccess) -> Vec<String> {
    let words = page.words();
    let by = |policy: &ReachingPolicy| format!("{} ({})", policy.name, (words.held_short)(&policy.through));
    let rows = relation.row_policies.as_ref().map(|policies| match policies.as_slice() {
        [] => (words.rows_denied)(&access.user),
        policies => (words.rows_filtered)(&policies.iter().map(by).collect::<Vec<_>>().join(", ")),
    });
    let masks = relation.masks.iter().map(|mask| (words.masked_by)(&mask.columns.join(", "), &by(mask)));
    rows.into_iter().chain(masks).collect()
}

/// Whole, in part, or not.
fn mark(held: Option<&HeldRight>) -> &'static str {
    match held {
        None => "right-no",
        Some(held) if held.columns.is_empty() => "right-yes",
        Some(_) => "right-part",
    }
}
