//! Whole plans as lines, after the guide's own listings where it has one.

use std::sync::Arc;

use arrow::array::DictionaryArray;
use arrow::datatypes::Int32Type;

use super::explain;
use crate::clock::Instant;
use crate::sql::expression::{Comparison, Expression};
use crate::sql::plan::{AggregateCall, AggregateFunction, Field, Join, JoinKind, Plan, Scan, SortKey};
use crate::warehouse::access::{Acl, UserId};
use crate::warehouse::catalog::{Distribution, ObjectId, Relation, RelationKind, Table};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::storage::{Analyzed, Block, Region, Segment, StoredSegment, TableData};
use crate::warehouse::value::Value;

const SALES: ObjectId = ObjectId(100_001);
const EVENT: ObjectId = ObjectId(100_002);

/// `sales` (172,456 rows) and `event` (8,798 rows) of the guide, distributed as asked.
fn warehouse(sales: Distribution, event: Distribution) -> Manifest {
    let mut manifest = Manifest::initial("dev", "admin", "Passw0rd", Instant(0)).expect("a good password");
    let database = manifest.catalog.database_mut(&"dev".into()).expect("the database");
    for (id, name, rows, distribution) in [(SALES, "sales", 172_456, sales), (EVENT, "event", 8_798, event)] {
        let segment = Segment { rows, columns: Vec::new() };
        let stored = StoredSegment {
            segment,
            deleted: Arc::default(),
            slices: [rows, 0],
            region: Region::Unsorted,
            grown_from: None,
        };
        database.insert(Relation {
            id,
            schema: "public".into(),
            name: name.into(),
            owner: UserId::ADMIN,
            acl: Acl::default(),
            columns: Vec::new(),
            created: Instant(0),
            comment: None,
            protection: Default::default(),
            kind: RelationKind::Table(Table {
                materialized: None,
                temporary: false,
                distribution,
                sort_key: Vec::new(),
                interleaved: false,
                primary_key: Vec::new(),
                unique_keys: Vec::new(),
                foreign_keys: Vec::new(),
                constraints: Default::default(),
                backup: true,
                next_identity: Default::default(),
                data: TableData {
                    segments: vec![stored],
                    version: 1,
                    analyzed: Analyzed { rows: u64::from(rows), ..Analyzed::default() },
                },
            }),
        });
    }
    manifest
}

fn field(name: &str, data_type: DataType) -> Field {
    Field { qualifier: None, name: name.to_owned(), data_type }
}

fn scan(relation: ObjectId, name: &str, fields: Vec<Field>, filters: Vec<Expression>) -> Plan {
    let columns = (0..fields.len()).collect();
    Plan::Scan(Scan {
        relation,
        name: name.to_owned(),
        columns,
        fields,
        filters,
        with_row_id: false,
        external: None,
    })
}

fn column(index: usize, data_type: DataType) -> Expression {
    Expression::Column { index, data_type }
}

fn lines(plan: &Plan, manifest: &Manifest) -> String {
    explain(plan, manifest, &Identifier::from("dev"), false).join("\n")
}

fn sales_and_event(filters: Vec<Expression>) -> Plan {
    let sales = vec![field("eventid", DataType::Integer), field("qtysold", DataType::SmallInt)];
    let event = vec![field("eventid", DataType::Integer), field("eventname", DataType::Varchar(20))];
    let fields = sales.iter().chain(&event).cloned().collect();
    Plan::Join(Box::new(Join {
        left: scan(SALES, "sales", sales, Vec::new()),
        right: scan(EVENT, "event", event, filters),
        kind: JoinKind::Inner,
        on: vec![(column(0, DataType::Integer), column(0, DataType::Integer))],
        residual: None,
        fields,
    }))
}

#[test]
fn a_scan_costs_a_hundredth_a_row() {
    let manifest = warehouse(Distribution::Even, Distribution::Even);
    let fields = vec![field("salesid", DataType::Integer), field("listid", DataType::Integer)];
    let plan = scan(SALES, "sales", fields, Vec::new());
    assert_eq!(lines(&plan, &manifest), "XN Seq Scan on sales  (cost=0.00..1724.56 rows=172456 width=8)");
}

/// The guide's `select eventname, count(*) from event group by eventname order by 2`, whose scan and aggregate cost
/// 87.98 and 131.97, and whose 8,798 events have 576 names.
#[test]
fn a_sort_is_merged_on_the_leader() {
    let mut manifest = warehouse(Distribution::Even, Distribution::Even);
    let names: DictionaryArray<Int32Type> = (0..8_798)
        .map(|event| format!("event {}", event % 576))
        .collect::<Vec<_>>()
        .iter()
        .map(|n| Some(n.as_str()))
        .collect();
    let database = manifest.catalog.database_mut(&"dev".into()).expect("the database");
    let table = database.relation_mut(EVENT).and_then(Relation::table_mut).expect("the table");
    table.data.segments[0].segment.columns = vec![Block::new(1, Arc::new(names))];
    let fields = vec![field("eventname", DataType::Varchar(17))];
    let aggregate = Plan::Aggregate {
        input: Box::new(scan(EVENT, "event", fields.clone(), Vec::new())),
        groups: vec![column(0, DataType::Varchar(17))],
        aggregates: vec![AggregateCall {
            function: AggregateFunction::CountRows,
            distinct: false,
            arguments: Vec::new(),
            order: Vec::new(),
            data_type: DataType::BigInt,
        }],
        fields: vec![fields[0].clone(), field("count", DataType::BigInt)],
    };
    let key = SortKey { expression: column(1, DataType::BigInt), descending: true, nulls_first: true };
    let sort = Plan::Sort { input: Box::new(aggregate), keys: vec![key], limit: Some(10) };
    let plan = Plan::Limit { input: Box::new(sort), limit: Some(10), offset: 0 };
    let expected = "\
XN Limit  (cost=1000000000136.37..1000000000136.39 rows=10 width=25)
  ->  XN Merge  (cost=1000000000136.37..1000000000137.81 rows=576 width=25)
        Merge Key: count(*)
        ->  XN Network  (cost=1000000000136.37..1000000000137.81 rows=576 width=25)
              Send to leader
              ->  XN Sort  (cost=1000000000136.37..1000000000137.81 rows=576 width=25)
                    Sort Key: count(*)
                    ->  XN HashAggregate  (cost=131.97..133.41 rows=576 width=25)
                          ->  XN Seq Scan on event  (cost=0.00..87.98 rows=8798 width=17)";
    assert_eq!(lines(&plan, &manifest), expected);
}

#[test]
fn a_join_says_what_it_moves() {
    use Distribution::{All, Auto, Even, Key};
    for (sales, event, expected) in [
        (Key(0), Key(0), "DS_DIST_NONE"),
        (Even, All, "DS_DIST_ALL_NONE"),
        (Even, Auto, "DS_DIST_ALL_NONE"),
        (All, Even, "DS_DIST_ALL_INNER"),
        (Key(0), Even, "DS_DIST_INNER"),
        (Even, Even, "DS_BCAST_INNER"),
        (Key(1), Key(1), "DS_BCAST_INNER"),
    ] {
        let text = lines(&sales_and_event(Vec::new()), &warehouse(sales, event));
        assert!(text.starts_with(&format!("XN Hash Join {expected}  (cost=109.98..")), "{text}");
    }
}

#[test]
fn conditions_stand_under_their_step() {
    let equal = Expression::Compare {
        operator: Comparison::Equal,
        left: Box::new(column(1, DataType::Varchar(20))),
        right: Box::new(Expression::Literal {
            value: Value::string("It's"),
            data_type: DataType::Varchar(4),
        }),
    };
    let text = lines(&sales_and_event(vec![equal]), &warehouse(Distribution::Key(0), Distribution::Key(0)));
    let expected = "\
XN Hash Join DS_DIST_NONE  (cost=110.09..10457.45 rows=172456 width=30)
  Hash Cond: (\"outer\".eventid = \"inner\".eventid)
  ->  XN Seq Scan on sales  (cost=0.00..1724.56 rows=172456 width=6)
  ->  XN Hash  (cost=109.98..109.98 rows=44 width=24)
        ->  XN Seq Scan on event  (cost=0.00..109.98 rows=44 width=24)
              Filter: ((eventname)::text = 'It''s'::text)";
    assert_eq!(text, expected);
}

#[test]
fn without_a_table_the_leader_answers() {
    let manifest = warehouse(Distribution::Even, Distribution::Even);
    let plan = Plan::Project {
        input: Box::new(Plan::Empty),
        expressions: vec![Expression::Literal { value: Value::Integer(1), data_type: DataType::Integer }],
        fields: vec![field("?column?", DataType::Integer)],
    };
    assert_eq!(lines(&plan, &manifest), "Result  (cost=0.00..0.01 rows=1 width=0)");
}

#[test]
fn a_product_of_tables_is_warned_of() {
    let Plan::Join(mut join) = sales_and_event(Vec::new()) else { panic!("a join") };
    join.on.clear();
    join.kind = JoinKind::Cross;
    let text = lines(&Plan::Join(join), &warehouse(Distribution::Even, Distribution::Even));
    assert!(text.starts_with("XN Nested Loop DS_BCAST_INNER  (cost="), "{text}");
    assert!(text.ends_with("review the join predicates to avoid Cartesian products -----"), "{text}");
}
