//! Every rule keeps the answer: each query is run as bound and as optimized, and both must give these rows.

use std::sync::Arc;

use super::optimize;
use crate::clock::Instant;
use crate::sorted::SortedMap;
use crate::sql::bind::tests::{bind, manifest};
use crate::sql::error::SqlError;
use crate::sql::execute::array::{array_of, value_at};
use crate::sql::execute::display::display_value;
use crate::sql::execute::{Context, Evaluation, collect};
use crate::sql::expression::{Comparison, Expression};
use crate::sql::plan::{JoinKind, Plan, Secure};
use crate::sql::session::RandomState;
use crate::warehouse::access::UserId;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::storage::Region;
use crate::warehouse::storage::write::{BlockNumbers, append};
use crate::warehouse::value::Value;

fn text(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::string(text) }
}

/// Five sales, one of them nowhere, and three regions, one of them without sales.
fn filled() -> Manifest {
    let sales = [
        (1, "north", 1000, 10),
        (2, "north", 2550, 11),
        (3, "south", 500, 12),
        (4, "", 700, 13),
        (5, "south", 500, 14),
    ];
    let regions = [("north", "The North"), ("south", "The South"), ("east", "The East")];
    let mut manifest = manifest();
    let database = manifest.catalog.database_mut(&"dev".into()).expect("the database");
    let mut numbers = 0;
    let mut fill = |id: u32, rows: Vec<Vec<Value>>| {
        let relation = database.relation_mut(ObjectId(id)).expect("the table");
        let columns = relation
            .columns
            .iter()
            .enumerate()
            .map(|(number, column)| {
                let values: Vec<Value> = rows.iter().map(|row| row[number].clone()).collect();
                array_of(&values, column.data_type)
            })
            .collect();
        let table = relation.table_mut().expect("a table");
        append(table, columns, Region::Sorted, &mut BlockNumbers(&mut numbers));
    };
    let amount = |cents: i128| Value::Decimal { unscaled: cents, scale: 2 };
    fill(
        10,
        sales
            .iter()
            .map(|(id, region, cents, day)| {
                vec![Value::Integer(*id), text(region), amount(*cents), Value::Date(*day)]
            })
            .collect(),
    );
    fill(11, regions.iter().map(|(region, name)| vec![text(region), text(name)]).collect());
    manifest
}

fn run(plan: &Plan, manifest: &Arc<Manifest>) -> Result<Vec<String>, SqlError> {
    let evaluation = Evaluation {
        statement_start: Instant(0),
        transaction_start: Instant(0),
        random: RandomState { words: [0; 34], position: 0 },
        settings: SortedMap::new(),
        manifest: Arc::clone(manifest),
        user: UserId::ADMIN,
        parameters: Vec::new(),
        backends: Default::default(),
        predicted: Vec::new(),
    };
    let mut context = Context::new(
        Arc::clone(manifest),
        "dev".into(),
        Arc::default(),
        crate::sql::system::rows,
        evaluation,
    );
    let types: Vec<_> = plan.fields().iter().map(|field| field.data_type).collect();
    let mut rows = Vec::new();
    for batch in collect(plan, &mut context)? {
        for row in 0..batch.rows {
            let cells: Vec<String> = batch
                .columns
                .iter()
                .zip(&types)
                .map(|(column, data_type)| {
                    display_value(&value_at(column, *data_type, row), *data_type)
                        .unwrap_or_else(|| "NULL".to_owned())
                })
                .collect();
            rows.push(cells.join("|"));
        }
    }
    Ok(rows)
}

fn optimized(text: &str, manifest: &Manifest) -> Plan {
    optimize(bind(text).plan, manifest, &Identifier::from("dev"))
}

#[test]
fn answers_stay() {
    let manifest = Arc::new(filled());
    let cases: &[(&str, &[&str])] = &[
        ("SELECT id FROM public.sales WHERE amount > 7 ORDER BY id DESC", &["2", "1"]),
        ("SELECT id FROM public.sales WHERE region = 'south' AND id + 1 > 4", &["5"]),
        (
            "SELECT region, count(*), sum(amount) FROM public.sales GROUP BY region ORDER BY 1",
            &["north|2|35.50", "south|2|10.00", "NULL|1|7.00"],
        ),
        ("SELECT region, count(*) FROM public.sales GROUP BY 1 HAVING region = 'north'", &["north|2"]),
        ("SELECT count(*) FROM public.sales HAVING 1 = 2", &[]),
        ("SELECT count(*) FROM public.sales WHERE 1 = 2", &["0"]),
        (
            "SELECT s.id, r.name FROM public.sales s, public.regions r WHERE s.region = r.region AND r.name LIKE '%North' ORDER BY 1",
            &["1|The North", "2|The North"],
        ),
        (
            "SELECT r.region, s.id FROM public.regions r LEFT JOIN public.sales s ON s.region = r.region AND s.id > 2 ORDER BY 1, 2",
            &["east|NULL", "north|NULL", "south|3", "south|5"],
        ),
        (
            "SELECT r.region, s.id FROM public.regions r LEFT JOIN public.sales s ON s.region = r.region WHERE s.id IS NULL",
            &["east|NULL"],
        ),
        (
            "SELECT s.id, r.name FROM public.sales s RIGHT JOIN public.regions r USING (region) WHERE r.name = 'The East'",
            &["NULL|The East"],
        ),
        (
            "SELECT region, s.id, r.name FROM public.sales s FULL JOIN public.regions r USING (region) ORDER BY 1, 2",
            &[
                "east|NULL|The East",
                "north|1|The North",
                "north|2|The North",
                "south|3|The South",
                "south|5|The South",
                "NULL|4|NULL",
            ],
        ),
        (
            "SELECT id FROM public.sales s WHERE EXISTS (SELECT 1 FROM public.regions r WHERE r.region = s.region AND r.name <> 'The North') ORDER BY 1",
            &["3", "5"],
        ),
        (
            "SELECT id FROM public.sales s WHERE NOT EXISTS (SELECT 1 FROM public.regions r WHERE r.region = s.region)",
            &["4"],
        ),
        (
            "SELECT id FROM public.sales WHERE region IN (SELECT region FROM public.regions WHERE name LIKE '%h') AND id <> 1 ORDER BY 1",
            &["2", "3", "5"],
        ),
        ("SELECT region FROM public.regions WHERE region NOT IN (SELECT region FROM public.sales)", &[]),
        (
            "SELECT region FROM public.regions WHERE region NOT IN (SELECT region FROM public.sales WHERE region IS NOT NULL)",
            &["east"],
        ),
        (
            "SELECT id FROM public.sales s WHERE amount = (SELECT max(amount) FROM public.sales o WHERE o.region = s.region) ORDER BY 1",
            &["2", "3", "5"],
        ),
        (
            "SELECT id FROM public.sales WHERE amount > (SELECT avg(amount) FROM public.sales) ORDER BY 1",
            &["2"],
        ),
        (
            "SELECT name, (SELECT count(*) FROM public.sales s WHERE s.region = r.region) AS n FROM public.regions r ORDER BY n DESC, name",
            &["The North|2", "The South|2", "The East|0"],
        ),
        (
            "SELECT a.id, b.id FROM public.sales a, public.sales b, public.regions r WHERE a.region = r.region AND b.region = r.region AND a.id < b.id ORDER BY 1",
            &["1|2", "3|5"],
        ),
        (
            "SELECT id FROM (SELECT id, amount * 2 AS double FROM public.sales) WHERE double > 20 ORDER BY id",
            &["2"],
        ),
        ("SELECT DISTINCT region FROM public.sales WHERE id < 4 ORDER BY 1", &["north", "south"]),
        (
            "SELECT region FROM public.sales UNION SELECT region FROM public.regions ORDER BY 1",
            &["east", "north", "south", "NULL"],
        ),
        (
            "SELECT x FROM (SELECT region AS x, id FROM public.sales UNION ALL SELECT name, 9 FROM public.regions) WHERE id = 9 ORDER BY 1",
            &["The East", "The North", "The South"],
        ),
        ("SELECT region FROM public.regions EXCEPT SELECT region FROM public.sales", &["east"]),
        (
            "WITH big AS (SELECT * FROM public.sales WHERE amount >= 7) SELECT a.id FROM big a JOIN big b ON a.id = b.id + 1 ORDER BY 1",
            &["2"],
        ),
        (
            "SELECT id, sum(amount) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) FROM public.sales ORDER BY id LIMIT 2",
            &["1|10.00", "2|35.50"],
        ),
        (
            "SELECT id, row_number() OVER (PARTITION BY region ORDER BY id) AS n FROM public.sales s QUALIFY n = 2 ORDER BY 1",
            &["2|2", "5|2"],
        ),
        ("SELECT id FROM public.sales ORDER BY amount DESC, id LIMIT 2 OFFSET 1", &["1", "4"]),
        ("SELECT TOP 1 id FROM public.sales ORDER BY sold DESC", &["5"]),
        (
            "SELECT CASE WHEN amount > 7 THEN 'big' ELSE 'small' END AS size, count(*) FROM public.sales GROUP BY size ORDER BY size",
            &["big|2", "small|3"],
        ),
        ("SELECT id, coalesce(region, 'none') FROM public.sales WHERE id = 4", &["4|none"]),
        ("SELECT id * 2 AS twice, twice + 1 FROM public.sales WHERE id = 3", &["6|7"]),
        ("SELECT 1 + 1, 'a' || 'b', 7 / 2, 1.5 * 2", &["2|ab|3|3.0"]),
        (
            "SELECT sold, id FROM public.sales WHERE sold >= '1970-01-14' ORDER BY 2",
            &["1970-01-14|4", "1970-01-15|5"],
        ),
        ("SELECT id FROM public.sales WHERE id IN (1, 3, 9) AND region IN ('south', 'x')", &["3"]),
        ("SELECT count(*), count(region), count(DISTINCT region) FROM public.sales", &["5|4|2"]),
    ];
    let mut wrong = Vec::new();
    for (query, expected) in cases {
        let bound = bind(query).plan;
        let better = optimized(query, &manifest);
        assert_eq!(better.fields(), bound.fields(), "{query}");
        for (way, plan) in [("as bound", &bound), ("optimized", &better)] {
            match run(plan, &manifest) {
                Ok(rows) if rows == *expected => {}
                other => wrong.push(format!("{query}\n  {way}: {other:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The first step of the plan that `wanted` likes.
fn find<'p>(plan: &'p Plan, wanted: &dyn Fn(&Plan) -> bool) -> Option<&'p Plan> {
    if wanted(plan) {
        return Some(plan);
    }
    plan.inputs().into_iter().find_map(|input| find(input, wanted))
}

#[test]
fn scans_read_what_is_used() {
    let manifest = filled();
    let plan = optimized("SELECT region FROM public.sales WHERE id = 1 AND amount > 2", &manifest);
    let Some(Plan::Scan(scan)) = find(&plan, &|plan| matches!(plan, Plan::Scan(_))) else {
        panic!("{plan:#?}")
    };
    assert_eq!((scan.columns.as_slice(), scan.filters.len()), ([0, 1, 2].as_slice(), 2));
    let plan = optimized("SELECT count(*) FROM public.sales", &manifest);
    let Some(Plan::Scan(scan)) = find(&plan, &|plan| matches!(plan, Plan::Scan(_))) else {
        panic!("{plan:#?}")
    };
    assert!(scan.columns.is_empty());
}

#[test]
fn a_comma_list_never_multiplies_what_conditions_join() {
    let manifest = filled();
    let text = "SELECT count(*) FROM public.sales a, public.sales b, public.regions r WHERE a.region = r.region AND b.region = r.region";
    let plan = optimized(text, &manifest);
    let cross = find(&plan, &|plan| matches!(plan, Plan::Join(join) if join.kind == JoinKind::Cross));
    assert!(cross.is_none(), "{plan:#?}");
}

#[test]
fn subqueries_that_are_conditions_become_joins() {
    let manifest = filled();
    for (condition, kind) in [
        ("EXISTS (SELECT 1 FROM public.regions r WHERE r.region = s.region)", JoinKind::Semi),
        ("NOT EXISTS (SELECT 1 FROM public.regions r WHERE r.region = s.region)", JoinKind::Anti),
        ("region IN (SELECT region FROM public.regions)", JoinKind::Semi),
        ("region NOT IN (SELECT region FROM public.regions)", JoinKind::NullAwareAnti),
    ] {
        let plan = optimized(&format!("SELECT id FROM public.sales s WHERE {condition}"), &manifest);
        let found = find(&plan, &|plan| matches!(plan, Plan::Join(join) if join.kind == kind));
        assert!(found.is_some(), "{condition}: {plan:#?}");
    }
}

#[test]
fn correlated_values_become_joins() {
    let manifest = filled();
    for text in [
        "SELECT region, (SELECT max(amount) FROM public.sales s WHERE s.region = r.region) FROM public.regions r",
        "SELECT region, (SELECT count(*) + 1 FROM public.sales s WHERE s.region = r.region) FROM public.regions r",
        "SELECT id, (SELECT name FROM public.regions r WHERE r.region = s.region) FROM public.sales s",
        "SELECT id FROM public.sales s WHERE amount > (SELECT avg(amount) FROM public.sales o WHERE o.region = s.region)",
        "SELECT id, EXISTS (SELECT 1 FROM public.regions r WHERE r.region = s.region) FROM public.sales s",
        "SELECT id FROM public.sales s WHERE id NOT IN (SELECT o.id FROM public.sales o WHERE o.region = s.region AND o.id > 2)",
        "SELECT id FROM public.sales s WHERE id IN (SELECT max(o.id) FROM public.sales o WHERE o.region = s.region GROUP BY o.sold)",
    ] {
        let mut plan = optimized(text, &manifest);
        let mut queries = 0;
        plan.transform_expressions(&mut |expression| {
            queries += usize::from(matches!(expression, Expression::Subquery(_)));
        });
        assert_eq!(queries, 0, "{text}: {plan:#?}");
    }
}

#[test]
fn what_branches_of_an_or_share_joins() {
    let manifest = filled();
    let text = "SELECT s.id FROM public.sales s, public.regions r WHERE (s.region = r.region AND s.id = 1) OR (r.region = s.region AND s.region = r.region AND s.id = 2)";
    let plan = optimized(text, &manifest);
    let joined = find(&plan, &|plan| matches!(plan, Plan::Join(join) if join.on.len() == 1));
    assert!(joined.is_some(), "{plan:#?}");
}

/// Puts every read of `sales` behind a policy that shows the north, queries inside expressions included.
fn secured(plan: &mut Plan) {
    for expression in plan.expressions_mut() {
        expression.transform(&mut |part| {
            if let Expression::Subquery(subquery) = part {
                secured(Arc::make_mut(&mut subquery.plan));
            }
        });
    }
    let Plan::Scan(scan) = plan else {
        plan.inputs_mut().into_iter().for_each(secured);
        return;
    };
    if scan.relation != ObjectId(10) {
        return;
    }
    let (fields, name) = (scan.fields.clone(), scan.name.clone());
    let data_type = fields[1].data_type;
    let predicate = Expression::Compare {
        operator: Comparison::Equal,
        left: Box::new(Expression::Column { index: 1, data_type }),
        right: Box::new(Expression::Literal { value: Value::string("north"), data_type }),
    };
    let input = Plan::Filter { input: Box::new(std::mem::replace(plan, Plan::Empty)), predicate };
    let (relation, policies) = (ObjectId(10), Vec::new());
    *plan =
        Plan::Secure(Box::new(Secure { input, relation, name, fields, rows: true, open: false, policies }));
}

/// How many filters the reads of `sales` have, wherever they stand.
fn filters_on_sales(plan: &Plan, found: &mut Vec<usize>) {
    if let Plan::Scan(scan) = plan
        && scan.relation == ObjectId(10)
    {
        found.push(scan.filters.len());
    }
    for expression in plan.clone().expressions_mut() {
        expression.visit(&mut |part| {
            if let Expression::Subquery(subquery) = part {
                filters_on_sales(&subquery.plan, found);
            }
        });
    }
    plan.inputs().into_iter().for_each(|input| filters_on_sales(input, found));
}

#[test]
fn nothing_passes_the_barrier_of_a_policy() {
    let manifest = Arc::new(filled());
    // Each of them fails on a row of the south or of nowhere.
    for (text, answer) in [
        ("SELECT id FROM public.sales WHERE 1 / (id - 3) < 1 ORDER BY 1", &["1", "2"][..]),
        ("SELECT id FROM public.sales WHERE id = 3 OR id = 1", &["1"]),
        ("SELECT id FROM (SELECT id FROM public.sales) s WHERE 1 / (id - 4) < 1 ORDER BY 1", &["1", "2"]),
        (
            "SELECT s.id FROM public.regions r, public.sales s WHERE r.region = s.region AND 1 / (s.id - 5) < 1 ORDER BY 1",
            &["1", "2"],
        ),
        (
            "SELECT r.region FROM public.regions r LEFT JOIN public.sales s ON r.region = s.region AND 1 / (s.id - 5) < 1 WHERE s.id IS NULL ORDER BY 1",
            &["east", "south"],
        ),
        (
            "SELECT region FROM public.regions r WHERE EXISTS (SELECT 1 FROM public.sales s WHERE s.region = r.region AND 1 / (s.id - 3) < 1)",
            &["north"],
        ),
        (
            "SELECT region FROM public.regions WHERE region NOT IN (SELECT region FROM public.sales WHERE 1 / (id - 3) < 1) ORDER BY 1",
            &["east", "south"],
        ),
        (
            "SELECT region, (SELECT sum(1 / (s.id - 5)) FROM public.sales s WHERE s.region = r.region) FROM public.regions r ORDER BY 1",
            &["east|NULL", "north|0", "south|NULL"],
        ),
        ("SELECT count(*) FROM public.sales GROUP BY region HAVING region = 'south'", &[]),
        (
            "SELECT id FROM public.sales WHERE id IN (1, 3) UNION SELECT 1 / (id - 4) FROM public.sales ORDER BY 1",
            &["0", "1"],
        ),
        (
            "SELECT a.id FROM public.sales a JOIN public.sales b ON a.id = b.id AND 1 / (b.id - 5) < 1 ORDER BY 1",
            &["1", "2"],
        ),
    ] {
        let expected: Vec<String> = answer.iter().map(|text| (*text).to_owned()).collect();
        let mut plan = bind(text).plan;
        secured(&mut plan);
        assert_eq!(run(&plan, &manifest).as_deref(), Ok(expected.as_slice()), "as bound: {text}");
        let plan = optimize(plan, &manifest, &Identifier::from("dev"));
        assert_eq!(run(&plan, &manifest).as_deref(), Ok(expected.as_slice()), "optimized: {text}");
        let mut filters = Vec::new();
        filters_on_sales(&plan, &mut filters);
        assert!(!filters.is_empty() && filters.iter().all(|count| *count == 1), "{text}: {plan:#?}");
    }
}
