//! EXPLAIN VERBOSE: the plan's tree as PostgreSQL writes its nodes, before the plan itself. Which fields Redshift
//! writes is unconfirmed; the sandbox writes those that it knows.

use super::step::Step;

pub(super) fn dump(step: &Step) -> Vec<String> {
    let mut lines = Vec::new();
    let mut next = 1;
    node(step, 0, 0, &mut next, &mut lines);
    // A blank line stands before the plan.
    lines.push(String::new());
    lines
}

fn node(step: &Step, parent: usize, depth: usize, next: &mut usize, lines: &mut Vec<String>) {
    let number = *next;
    *next += 1;
    let margin = " ".repeat(3 * depth);
    // `XN Seq Scan on t` is SEQSCAN.
    let title = step.title.trim_start_matches("XN ");
    let words = title.split(" on ").next().unwrap_or(title).split(" DS_").next().unwrap_or(title);
    let tag: String = words.split(['"', '$']).next().unwrap_or(words).split(' ').collect();
    lines.push(format!("{margin}{{ {}", tag.to_uppercase()));
    let mut field = |name: &str, value: String| lines.push(format!("{margin}:{name} {value}"));
    field("startup_cost", format!("{:.2}", step.cost.start));
    field("total_cost", format!("{:.2}", step.cost.total));
    field("plan_rows", format!("{:.0}", step.cost.rows));
    field("node_id", number.to_string());
    field("parent_id", parent.to_string());
    field("plan_width", step.cost.width.to_string());
    let (dist, details) =
        (step.title.find("DS_").and_then(|at| step.title.get(at..)), step.details.join("; "));
    field("dist_info.dist_strategy", dist.unwrap_or("<>").to_owned());
    field("targetlist", format!("({})", step.names.join(" ")));
    field("qual", if details.is_empty() { "<>".to_owned() } else { details });
    let (left, right) = (step.inputs.first(), step.inputs.get(1));
    for (name, input) in [("lefttree", left), ("righttree", right)] {
        match input {
            None => lines.push(format!("{margin}:{name} <>")),
            Some(input) => {
                lines.push(format!("{margin}:{name}"));
                node(input, number, depth + 1, next, lines);
            }
        }
    }
    for input in step.inputs.iter().skip(2) {
        node(input, number, depth + 1, next, lines);
    }
    lines.push(format!("{margin}}}"));
}
