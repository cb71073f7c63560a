//! Names, types and rights over a small catalog.

use std::sync::Arc;

use super::{BoundQuery, Scope};
use crate::clock::Instant;
use crate::sorted::SortedMap;
use crate::sql::error::SqlError;
use crate::sql::parse;
use crate::sql::plan::Plan;
use crate::sql::session::{RandomState, Session, SessionId, Transaction};
use crate::sql::statement::Statement;
use crate::warehouse::access::{Acl, Grant, Grantee, Password, Principals, Privilege, User, UserId};
use crate::warehouse::catalog::{
    Catalog, Column, Database, Distribution, ObjectId, Relation, RelationKind, Schema, Table, View,
};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;

const ANALYST: UserId = UserId(101);

fn user(id: UserId, name: &str, superuser: bool) -> User {
    User {
        id,
        name: name.into(),
        superuser,
        create_database: false,
        password: Password::Disabled,
        valid_until: None,
        connection_limit: None,
        session_timeout: None,
        syslog_unrestricted: false,
        external_id: None,
        settings: SortedMap::new(),
    }
}

fn grant(privilege: Privilege, column: Option<&str>) -> Grant {
    Grant {
        grantee: Grantee::User(ANALYST),
        privilege,
        column: column.map(Identifier::from),
        grantor: UserId::ADMIN,
        grant_option: false,
        reach: Default::default(),
    }
}

fn relation(id: u32, schema: &str, name: &str, columns: &[(&str, DataType)], kind: RelationKind) -> Relation {
    Relation {
        id: ObjectId(id),
        schema: schema.into(),
        name: name.into(),
        owner: UserId::ADMIN,
        acl: Acl::default(),
        columns: columns
            .iter()
            .map(|(name, data_type)| Column {
                name: (*name).into(),
                data_type: *data_type,
                nullable: true,
                default: None,
                encoding: "none".to_owned(),
                comment: None,
            })
            .collect(),
        created: Instant(0),
        comment: None,
        protection: Default::default(),
        kind,
    }
}

fn table() -> RelationKind {
    RelationKind::Table(Table {
        materialized: None,
        temporary: false,
        distribution: Distribution::Auto,
        sort_key: Vec::new(),
        interleaved: false,
        primary_key: Vec::new(),
        unique_keys: Vec::new(),
        foreign_keys: Vec::new(),
        constraints: Default::default(),
        backup: true,
        next_identity: SortedMap::new(),
        data: Default::default(),
    })
}

/// `public.sales(id, region, amount, sold)`, `public.regions(region, name)`, the view `public.totals`, and
/// `closed.secrets(id)`, which the analyst may not even name.
pub(crate) fn manifest() -> Manifest {
    use DataType as T;
    let schema = |id, name: &str, acl: Acl| {
        let name = Identifier::from(name);
        let schema = Schema {
            id: ObjectId(id),
            name: name.clone(),
            owner: UserId::ADMIN,
            acl,
            relations: SortedMap::new(),
            external: None,
        };
        (name, Arc::new(schema))
    };
    let open = Acl { grants: [grant(Privilege::Usage, None)].into(), ..Acl::default() };
    let mut database = Database {
        id: ObjectId(1),
        name: "dev".into(),
        owner: UserId::ADMIN,
        acl: Acl::default(),
        defaults: Default::default(),
        system: Default::default(),
        schemas: [schema(2, "public", open), schema(3, "closed", Acl::default())].into(),
        relations: SortedMap::new(),
        routines: SortedMap::new(),
        models: SortedMap::new(),
        languages: SortedMap::new(),
        policies: SortedMap::new(),
        notes: Default::default(),
    };
    let sales = [
        ("id", T::Integer),
        ("region", T::Varchar(10)),
        ("amount", T::Decimal { precision: 18, scale: 2 }),
        ("sold", T::Date),
    ];
    let mut sales = relation(10, "public", "sales", &sales, table());
    sales.acl.grants =
        [grant(Privilege::Select, Some("id")), grant(Privilege::Select, Some("region"))].into();
    database.insert(sales);
    database.insert(relation(
        11,
        "public",
        "regions",
        &[("region", T::Varchar(10)), ("name", T::Varchar(40))],
        table(),
    ));
    database.insert(relation(12, "closed", "secrets", &[("id", T::Integer)], table()));
    let view = RelationKind::View(View {
        late: None,
        query: "SELECT region, amount FROM public.sales".to_owned(),
        search_path: vec!["public".into()],
        depends_on: vec![ObjectId(10)],
        written: Default::default(),
    });
    let columns = [("region", T::Varchar(10)), ("amount", T::Decimal { precision: 18, scale: 2 })];
    database.insert(relation(13, "public", "totals", &columns, view));
    let mut principals = Principals::new();
    principals.users.insert("admin".into(), user(UserId::ADMIN, "admin", true));
    principals.users.insert("analyst".into(), user(ANALYST, "analyst", false));
    let catalog = Catalog::new([(Identifier::from("dev"), Arc::new(database))].into());
    Manifest { catalog, principals: Arc::new(principals), version: 0, lent: None }
}

pub(crate) fn session(user: UserId) -> Session {
    Session {
        id: SessionId(1),
        authenticated: user,
        user,
        database: "dev".into(),
        settings: SortedMap::new(),
        transaction: Transaction::None,
        temporary_schema: "pg_temp_1".into(),
        temporary: Default::default(),
        random: RandomState { words: [0; 34], position: 0 },
        started: Instant(0),
        last_copy_count: 0,
        last_copy: -1,
        last_unload_count: 0,
        last_unload: -1,
        last_query: 0,
        inside: Default::default(),
        prepared: SortedMap::new(),
        timeout: None,
        locks: Vec::new(),
        wait: None,
        snapshot: None,
        default_iam_role: None,
        namespace: String::new(),
    }
}

fn bind_as(user: UserId, text: &str) -> Result<BoundQuery, SqlError> {
    let manifest = manifest();
    let session = session(user);
    let scope = Scope { manifest: &manifest, session: &session, statement_text: text, outside: None };
    let parsed = parse::parse(text)?.pop().expect("a statement");
    match &parsed.statement {
        Statement::Query(query) => super::query(query, scope),
        Statement::Insert(insert) => super::insert(insert, scope).map(|write| BoundQuery {
            plan: write.source,
            needs: write.needs,
            routines: Vec::new(),
        }),
        Statement::Update(update) => super::update(update, scope).map(|write| BoundQuery {
            plan: write.source,
            needs: write.needs,
            routines: Vec::new(),
        }),
        Statement::Delete(delete) => super::delete(delete, scope).map(|write| BoundQuery {
            plan: write.source,
            needs: write.needs,
            routines: Vec::new(),
        }),
        other => panic!("not a query: {other:?}"),
    }
}

pub(crate) fn bind(text: &str) -> BoundQuery {
    bind_as(UserId::ADMIN, text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn error(text: &str) -> String {
    match bind_as(UserId::ADMIN, text) {
        Ok(bound) => panic!("{text} bound to {:?}", bound.plan),
        Err(error) => error.to_string(),
    }
}

fn fields(text: &str) -> Vec<String> {
    bind(text).plan.fields().iter().map(|field| format!("{} {}", field.name, field.data_type)).collect()
}

#[test]
fn star_lists_columns_in_order() {
    assert_eq!(
        fields("SELECT * FROM public.sales"),
        ["id integer", "region character varying(10)", "amount numeric(18,2)", "sold date"]
    );
}

#[test]
fn using_puts_the_common_column_first_and_once() {
    assert_eq!(
        fields("SELECT * FROM public.regions JOIN public.sales USING (region)")
            .iter()
            .map(|field| field.split(' ').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>(),
        ["region", "name", "id", "amount", "sold"]
    );
}

#[test]
fn aggregates_have_the_product_s_types() {
    assert_eq!(
        fields("SELECT count(*), sum(id), avg(id), sum(amount), avg(amount), min(sold) FROM public.sales"),
        ["count bigint", "sum bigint", "avg bigint", "sum numeric(38,2)", "avg numeric(38,2)", "min date"]
    );
}

#[test]
fn names_fail_in_the_product_s_words() {
    let cases = [
        ("SELECT nothing FROM public.sales", "ERROR 42703 column \"nothing\" does not exist in sales"),
        ("SELECT s.nothing FROM public.sales s", "ERROR 42703 column s.nothing does not exist"),
        ("SELECT x.id FROM public.sales s", "ERROR 42P01 missing FROM-clause entry for table \"x\""),
        (
            "SELECT region FROM public.sales, public.regions",
            "ERROR 42702 column reference \"region\" is ambiguous",
        ),
        ("SELECT * FROM nowhere.sales", "ERROR 3F000 schema \"nowhere\" does not exist"),
        ("SELECT * FROM public.nothing", "ERROR 42P01 relation \"public.nothing\" does not exist"),
        (
            "SELECT region, count(*) FROM public.sales",
            "ERROR 42803 column \"sales.region\" must appear in the GROUP BY clause or be used in an aggregate function",
        ),
        (
            "SELECT id FROM public.sales WHERE count(*) > 1",
            "ERROR 42803 aggregates not allowed in WHERE clause",
        ),
        ("SELECT sum(count(*)) FROM public.sales", "ERROR 42803 aggregate function calls may not be nested"),
        (
            "SELECT id FROM public.sales WHERE id",
            "ERROR 42804 argument of WHERE must be type boolean, not type integer",
        ),
        ("SELECT id FROM public.sales WHERE sold = 1", "ERROR 42883 operator does not exist: date = integer"),
        (
            "SELECT id FROM public.sales UNION SELECT id, region FROM public.sales",
            "ERROR 42601 each UNION query must have the same number of columns",
        ),
        (
            "SELECT id FROM public.sales UNION SELECT sold FROM public.sales",
            "ERROR 42804 UNION types integer and date cannot be matched",
        ),
        (
            "SELECT id FROM public.sales WHERE id IN (SELECT * FROM public.regions)",
            "ERROR 42601 subquery must return only one column",
        ),
        (
            "INSERT INTO public.regions VALUES ('a', 'b', 'c')",
            "ERROR 42601 INSERT has more expressions than target columns",
        ),
        ("INSERT INTO public.totals VALUES ('a', 1)", "ERROR 0A000 cannot insert into a view"),
        (
            "SELECT sum(id) OVER (ORDER BY id) FROM public.sales",
            "ERROR 42601 Aggregate window functions with an ORDER BY clause require a frame clause",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(error(text), expected, "{text}");
    }
}

#[test]
fn usage_is_checked_before_the_relation_s_being() {
    for text in ["SELECT * FROM closed.secrets", "SELECT * FROM closed.nothing"] {
        let refused = bind_as(ANALYST, text).map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(refused, Err("ERROR 42501 permission denied for schema closed".to_owned()), "{text}");
    }
}

#[test]
fn star_keeps_the_columns_that_may_be_read() {
    let bound = bind_as(ANALYST, "SELECT * FROM public.sales").expect("two columns are granted");
    let names: Vec<&str> = bound.plan.fields().iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["id", "region"]);
    assert_eq!(bound.needs[0].columns, [0, 1]);
}

#[test]
fn a_view_needs_its_tables_as_its_owner() {
    let bound =
        bind_as(ANALYST, "SELECT amount FROM public.totals").expect("binding asks for no table rights");
    let needs: Vec<(u32, UserId, Option<u32>)> = bound
        .needs
        .iter()
        .map(|need| (need.relation.0, need.user, need.through.map(|view| view.0)))
        .collect();
    assert_eq!(needs, [(13, ANALYST, None), (10, UserId::ADMIN, Some(13))]);
    assert_eq!(bound.needs[0].columns, [1]);
}

#[test]
fn an_update_that_reads_nothing_needs_no_select() {
    let privileges = |text: &str| bind(text).needs.iter().map(|need| need.privilege).collect::<Vec<_>>();
    assert_eq!(privileges("UPDATE public.sales SET region = 'x'"), [Privilege::Update]);
    assert_eq!(
        privileges("UPDATE public.sales SET region = 'x' WHERE id = 1"),
        [Privilege::Update, Privilege::Select]
    );
    assert_eq!(privileges("DELETE FROM public.sales"), [Privilege::Delete]);
}

#[test]
fn a_mistake_points_at_its_word() {
    let text = "SELECT 1; SELECT id, nothing FROM public.sales";
    let span = bind_as(UserId::ADMIN, text).err().and_then(|error| error.span).expect("a place");
    assert_eq!(&text[span.start..span.end], "nothing");
}

#[test]
fn a_table_expression_read_once_is_put_in_place() {
    fn commons(plan: &Plan) -> usize {
        usize::from(matches!(plan, Plan::Common { .. }))
            + plan.inputs().into_iter().map(commons).sum::<usize>()
    }
    assert_eq!(commons(&bind("WITH a AS (SELECT id FROM public.sales) SELECT * FROM a").plan), 0);
    let twice = "WITH a AS (SELECT id FROM public.sales) SELECT * FROM a JOIN a b ON a.id = b.id";
    assert_eq!(commons(&bind(twice).plan), 1);
}

#[test]
fn grouping_takes_ordinals_aliases_and_expressions() {
    for text in [
        "SELECT region, count(*) FROM public.sales GROUP BY 1 ORDER BY 2 DESC",
        "SELECT region AS r, count(*) AS n FROM public.sales GROUP BY r HAVING count(*) = 1 ORDER BY n",
        "SELECT CASE WHEN id = 1 THEN 'a' ELSE 'b' END FROM public.sales GROUP BY CASE WHEN id = 1 THEN 'a' ELSE 'b' END",
        "SELECT region, rank() OVER (ORDER BY sum(amount) DESC) FROM public.sales GROUP BY region",
    ] {
        bind(text);
    }
}
