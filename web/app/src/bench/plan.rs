//! A plan read back from EXPLAIN's text: the graph shows what the text says and nothing besides.

/// A step of a plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// `Hash Join`, `Seq Scan`.
    pub name: String,
    /// What is read: `sales s`.
    pub target: Option<String>,
    /// `DS_BCAST_INNER`: which rows travel for it.
    pub movement: Option<String>,
    pub cost: f64,
    pub rows: u64,
    pub width: u64,
    /// `Hash Cond: ...`, `Sort Key: ...`.
    pub details: Vec<String>,
    /// `InitPlan` or `SubPlan`, for a query inside an expression.
    pub role: Option<String>,
    pub inputs: Vec<Step>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub roots: Vec<Step>,
    /// What is said below the steps: missing statistics, nested loops.
    pub notes: Vec<String>,
}

/// The product adds this to the cost of a sort, so that plans without one are preferred; as a share it says nothing.
const SORT_PENALTY: f64 = 1e12;

impl Plan {
    pub fn read<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        let mut plan = Self::default();
        // Open steps with the column their text begins in, the root first.
        let mut open: Vec<(usize, Step)> = Vec::new();
        let mut role = None;
        for line in lines {
            let text = line.trim_start();
            let indent = line.len() - text.len();
            if let Some(note) = text.strip_prefix("-----") {
                plan.notes.push(note.trim_end_matches('-').trim().to_owned());
                continue;
            }
            let bare = text.strip_prefix("->").map_or(text, str::trim_start);
            let Some(mut step) = step(bare) else {
                if matches!(text.split(' ').next(), Some("InitPlan" | "SubPlan")) {
                    role = Some(text.to_owned());
                } else if let Some((_, last)) = open.last_mut().filter(|_| !text.is_empty()) {
                    last.details.push(text.to_owned());
                }
                continue;
            };
            while open.last().is_some_and(|(column, _)| *column >= indent && indent > 0)
                || (indent == 0 && !open.is_empty())
            {
                plan.close(&mut open);
            }
            step.role = role.take();
            open.push((line.len() - bare.len(), step));
        }
        while !open.is_empty() {
            plan.close(&mut open);
        }
        plan
    }

    /// The innermost open step is whole.
    fn close(&mut self, open: &mut Vec<(usize, Step)>) {
        let Some((_, step)) = open.pop() else { return };
        match open.last_mut() {
            Some((_, above)) => above.inputs.push(step),
            None => self.roots.push(step),
        }
    }
}

impl Step {
    /// Without the penalty of sorting.
    fn work(&self) -> f64 {
        if self.cost >= SORT_PENALTY { self.cost - SORT_PENALTY } else { self.cost }
    }

    /// What of the cost is this step's own, not that of its inputs.
    pub fn own(&self) -> f64 {
        (self.work() - self.inputs.iter().map(Self::work).sum::<f64>()).max(0.0)
    }

    /// What the plan below and with this step costs.
    pub fn sum(&self) -> f64 {
        self.own() + self.inputs.iter().map(Self::sum).sum::<f64>()
    }
}

/// `XN Hash Join DS_DIST_NONE  (cost=0.05..0.29 rows=4 width=12)`
fn step(text: &str) -> Option<Step> {
    let (title, figures) = text.rsplit_once("(cost=")?;
    let (cost, rest) = figures.split_once(" rows=")?;
    let (rows, width) = rest.split_once(" width=")?;
    let mut name = title.trim();
    name = name.strip_prefix("XN ").or_else(|| name.strip_prefix("LD ")).unwrap_or(name);
    let (name, target) = match name.split_once(" on ") {
        Some((name, target)) => (name, Some(target.to_owned())),
        None => (name, None),
    };
    let (name, movement) = match name.rsplit_once(' ') {
        Some((name, last)) if last.starts_with("DS_") => (name, Some(last.to_owned())),
        _ => (name, None),
    };
    Some(Step {
        name: name.to_owned(),
        target,
        movement,
        cost: cost.rsplit("..").next()?.parse().ok()?,
        rows: rows.parse().ok()?,
        width: width.trim_end_matches(')').parse().ok()?,
        ..Step::default()
    })
}

#[cfg(test)]
mod tests {
    use super::Plan;

    const JOIN: &str = "XN Hash Join DS_BCAST_INNER  (cost=0.05..440000.29 rows=4 width=12)
  Hash Cond: (\"outer\".listid = \"inner\".listid)
  ->  XN Seq Scan on sales s  (cost=0.00..0.04 rows=4 width=8)
        Filter: (qty > 1)
  ->  XN Hash  (cost=0.04..0.04 rows=4 width=4)
        ->  XN Seq Scan on listing l  (cost=0.00..0.04 rows=4 width=4)
----- Tables missing statistics: sales -----";

    #[test]
    fn steps_lie_below_what_reads_them() {
        let plan = Plan::read(JOIN.lines());
        let root = &plan.roots[0];
        assert_eq!((root.name.as_str(), root.movement.as_deref()), ("Hash Join", Some("DS_BCAST_INNER")));
        assert_eq!(root.details.len(), 1);
        assert_eq!(root.inputs.len(), 2);
        assert_eq!(root.inputs[0].target.as_deref(), Some("sales s"));
        assert_eq!(root.inputs[0].details, ["Filter: (qty > 1)"]);
        assert_eq!(root.inputs[1].inputs[0].target.as_deref(), Some("listing l"));
        assert_eq!(plan.notes, ["Tables missing statistics: sales"]);
    }

    #[test]
    fn a_query_inside_an_expression_is_marked() {
        let text = "XN Seq Scan on sales  (cost=0.00..0.05 rows=1 width=12)
  Filter: (price > (subplan))
  InitPlan
    ->  XN Aggregate  (cost=0.05..0.06 rows=1 width=16)
          ->  XN Seq Scan on sales  (cost=0.00..0.04 rows=4 width=8)";
        let plan = Plan::read(text.lines());
        assert_eq!(plan.roots[0].inputs[0].role.as_deref(), Some("InitPlan"));
        assert_eq!(plan.roots[0].inputs[0].inputs.len(), 1);
    }

    #[test]
    fn the_penalty_of_a_sort_is_no_work() {
        let text = "XN Merge  (cost=1000000000000.02..1000000000000.04 rows=1 width=28)
  ->  XN Seq Scan on event  (cost=0.00..0.01 rows=1 width=20)";
        let plan = Plan::read(text.lines());
        assert!(plan.roots[0].sum() < 1.0);
    }
}
