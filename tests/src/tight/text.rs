//! How an act is said in SQL.

use std::fmt;

use super::act::{
    Act, At, COLUMNS, Filter, Holder, KEPT, Listing, MODEL, Made, OUTSIDE, On, Owned, PROCEDURE, PUBLIC,
    Permission, Pick, Query, Right, Rights, Rule, Source, TABLES, To, What, Write,
};

fn verb(give: bool) -> (&'static str, &'static str) {
    if give { ("GRANT", "TO") } else { ("REVOKE", "FROM") }
}

impl Listing {
    /// Only what the model knows: privileges that do nothing are left out, and roles of the system's making.
    fn query(self) -> &'static str {
        match self {
            Listing::Relations => {
                "SELECT DISTINCT namespace_name, relation_name, privilege_type, identity_name, \
                 identity_type FROM svv_relation_privileges WHERE privilege_type NOT IN ('RULE', \
                 'TRIGGER')"
            }
            Listing::Columns => {
                "SELECT DISTINCT namespace_name, relation_name, column_name, privilege_type, \
                 identity_name, identity_type FROM svv_column_privileges"
            }
            Listing::Schemas => {
                "SELECT DISTINCT namespace_name, privilege_type, identity_name, identity_type FROM \
                 svv_schema_privileges WHERE namespace_name IN ('s1', 's2', 'public', 'ext') AND \
                 privilege_scope = 'SCHEMA'"
            }
            Listing::RolesOfUsers => "SELECT user_name, role_name, admin_option FROM svv_user_grants",
            Listing::RolesOfRoles => {
                "SELECT role_name, granted_role_name FROM svv_role_grants WHERE granted_role_name NOT \
                 LIKE 'sys:operator' OR role_name NOT LIKE 'sys:%'"
            }
        }
    }
}

impl Permission {
    fn words(self) -> &'static str {
        match self {
            Permission::CreateUser => "CREATE USER",
            Permission::DropUser => "DROP USER",
            Permission::CreateRole => "CREATE ROLE",
            Permission::DropRole => "DROP ROLE",
            Permission::GrantRole => "GRANT ROLE",
            Permission::CreateSchema => "CREATE SCHEMA",
            Permission::DropSchema => "DROP SCHEMA",
            Permission::CreateTable => "CREATE TABLE",
            Permission::DropTable => "DROP TABLE",
            Permission::AlterTable => "ALTER TABLE",
            Permission::TruncateTable => "TRUNCATE TABLE",
            Permission::CreateFunction => "CREATE OR REPLACE FUNCTION",
            Permission::DropFunction => "DROP FUNCTION",
            Permission::CreateProcedure => "CREATE OR REPLACE PROCEDURE",
            Permission::DropProcedure => "DROP PROCEDURE",
            Permission::CreateView => "CREATE OR REPLACE VIEW",
            Permission::DropView => "DROP VIEW",
            Permission::AlterDefaults => "ALTER DEFAULT PRIVILEGES",
            Permission::IgnoreRls => "IGNORE RLS",
        }
    }
}

impl Right {
    pub fn word(self) -> &'static str {
        match self {
            Right::Select => "SELECT",
            Right::Insert => "INSERT",
            Right::Update => "UPDATE",
            Right::Delete => "DELETE",
            Right::Drop => "DROP",
            Right::References => "REFERENCES",
            Right::Alter => "ALTER",
            Right::Truncate => "TRUNCATE",
            Right::Create => "CREATE",
            Right::Usage => "USAGE",
            Right::Execute => "EXECUTE",
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.schema, self.name)
    }
}

impl fmt::Display for Act {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lent = if self.lent { " (SET SESSION AUTHORIZATION)" } else { "" };
        write!(out, "{}{lent}> {};", self.by, self.what)
    }
}

impl fmt::Display for What {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let if_so = |so: bool, text: &'static str| if so { text } else { "" };
        match self {
            What::CreateUser { name, superuser, group } => {
                write!(out, "CREATE USER {name} PASSWORD 'Password1'{}", if_so(*superuser, " CREATEUSER"))?;
                group.iter().try_for_each(|group| write!(out, " IN GROUP {group}"))
            }
            What::DropUser(name) => write!(out, "DROP USER {name}"),
            What::CreateGroup(name) => write!(out, "CREATE GROUP {name}"),
            What::DropGroup(name) => write!(out, "DROP GROUP {name}"),
            What::AlterGroup { group, add, user } => {
                write!(out, "ALTER GROUP {group} {} USER {user}", if *add { "ADD" } else { "DROP" })
            }
            What::CreateRole(name) => write!(out, "CREATE ROLE {name}"),
            What::DropRole { role, force } => write!(out, "DROP ROLE {role}{}", if_so(*force, " FORCE")),
            What::GrantRole { role, to, admin } => {
                write!(out, "GRANT ROLE {role} TO {to}{}", if_so(*admin, " WITH ADMIN OPTION"))
            }
            What::RevokeRole { role, from, admin_only } => {
                write!(out, "REVOKE {}ROLE {role} FROM {from}", if_so(*admin_only, "ADMIN OPTION FOR "))
            }
            What::CreateSchema { name, owner } => {
                write!(out, "CREATE SCHEMA {name}")?;
                owner.iter().try_for_each(|owner| write!(out, " AUTHORIZATION {owner}"))
            }
            What::DropSchema { name, cascade } => {
                write!(out, "DROP SCHEMA {name}{}", if_so(*cascade, " CASCADE"))
            }
            What::CreateTable { at, columns } => {
                let columns: Vec<String> =
                    COLUMNS[..*columns].iter().map(|column| format!("{column} bigint")).collect();
                write!(out, "CREATE TABLE {at} ({})", columns.join(", "))
            }
            What::TableAs { at, source } => write!(out, "CREATE TABLE {at} AS {source}"),
            What::CreateView { at, source, late } => {
                write!(out, "CREATE VIEW {at} AS {source}{}", if_so(*late, " WITH NO SCHEMA BINDING"))
            }
            What::CreateKept { at, source, auto } => {
                let auto = if_so(*auto, " AUTO REFRESH YES");
                write!(out, "CREATE MATERIALIZED VIEW {at}{auto} AS {source}")
            }
            What::Refresh(at) => write!(out, "REFRESH MATERIALIZED VIEW {at}"),
            What::Drop { at, cascade } => {
                let kind = match at.name {
                    name if TABLES.contains(&name) => "TABLE",
                    name if KEPT.contains(&name) => "MATERIALIZED VIEW",
                    _ => "VIEW",
                };
                write!(out, "DROP {kind} {at}{}", if_so(*cascade, " CASCADE"))
            }
            What::Own { what: Owned::Schema(schema), to } => {
                write!(out, "ALTER SCHEMA {schema} OWNER TO {to}")
            }
            What::Own { what: Owned::Relation(at), to } => write!(out, "ALTER TABLE {at} OWNER TO {to}"),
            What::AddColumn { at, column } => write!(out, "ALTER TABLE {at} ADD COLUMN {column} bigint"),
            What::DropColumn { at, column } => write!(out, "ALTER TABLE {at} DROP COLUMN {column}"),
            What::RenameColumn { at, from, to } => {
                write!(out, "ALTER TABLE {at} RENAME COLUMN {from} TO {to}")
            }
            What::Rename { at, to } => write!(out, "ALTER TABLE {at} RENAME TO {to}"),
            What::Truncate(at) => write!(out, "TRUNCATE {at}"),
            What::Grant { rights, on, to, option } => {
                write!(out, "GRANT {rights} ON {on} TO ")?;
                for (number, to) in to.iter().enumerate() {
                    let option = *option && matches!(to, To::User(_));
                    let comma = if_so(number > 0, ", ");
                    write!(out, "{comma}{to}{}", if_so(option, " WITH GRANT OPTION"))?;
                }
                Ok(())
            }
            What::Revoke { rights, on, from, option_only } => {
                let from: Vec<String> = from.iter().map(ToString::to_string).collect();
                let option = if_so(*option_only, "GRANT OPTION FOR ");
                write!(out, "REVOKE {option}{rights} ON {on} FROM {}", from.join(", "))
            }
            What::Default { user, schema, give, rights, kind, to } => {
                out.write_str("ALTER DEFAULT PRIVILEGES")?;
                user.iter().try_for_each(|user| write!(out, " FOR USER {user}"))?;
                schema.iter().try_for_each(|schema| write!(out, " IN SCHEMA {schema}"))?;
                let (verb, toward) = verb(*give);
                let kind = match kind {
                    Made::Tables => "TABLES",
                    Made::Functions => "FUNCTIONS",
                    Made::Procedures => "PROCEDURES",
                };
                write!(out, " {verb} {rights} ON {kind} {toward} {to}")
            }
            What::Scope { give, right, schema, to } => {
                let (verb, toward) = verb(*give);
                write!(out, "{verb} {} FOR TABLES IN SCHEMA {schema} {toward} {to}", right.word())
            }
            What::ModelRight { give, to } => {
                let (verb, toward) = verb(*give);
                write!(out, "{verb} CREATE MODEL {toward} {to}")
            }
            What::CreateModel { schema, from, columns: [feature, target] } => write!(
                out,
                "CREATE MODEL {schema}.guess FROM (SELECT {feature}, {target} FROM {from}) TARGET {target} FUNCTION guessed IAM_ROLE default SETTINGS (S3_BUCKET 'models')"
            ),
            What::Permission { give, permission, role } => {
                let (verb, toward) = verb(*give);
                write!(out, "{verb} {} {toward} ROLE {role}", permission.words())
            }
            What::CreatePolicy { name, rule: Rule::Rows(Filter { column, rest }) } => {
                write!(out, "CREATE RLS POLICY {name} WITH ({column} bigint) USING ({column} % 2 = {rest})")
            }
            What::CreatePolicy { name, rule: Rule::Me(user) } => {
                write!(out, "CREATE RLS POLICY {name} USING (current_user = '{user}')")
            }
            What::CreatePolicy { name, rule: Rule::Found { column, lookup, among } } => write!(
                out,
                "CREATE RLS POLICY {name} WITH ({column} bigint) USING ({column} % 2 IN (SELECT l.{among} % 2 FROM {lookup} l))"
            ),
            What::Feed { give, at, policy } => {
                let (verb, toward) = verb(*give);
                write!(out, "{verb} SELECT ON TABLE {at} {toward} RLS POLICY {policy}")
            }
            What::DropPolicy { name, cascade } => {
                write!(out, "DROP RLS POLICY {name}{}", if_so(*cascade, " CASCADE"))
            }
            What::Attach { give: true, name, at, to } => {
                write!(out, "ATTACH RLS POLICY {name} ON {at} TO {to}")
            }
            What::Attach { give: false, name, at, to } => {
                write!(out, "DETACH RLS POLICY {name} ON {at} FROM {to}")
            }
            What::Security { at, on: false, .. } => write!(out, "ALTER TABLE {at} ROW LEVEL SECURITY OFF"),
            What::Security { at, on: true, any } => {
                let any = if_so(*any, " CONJUNCTION TYPE OR");
                write!(out, "ALTER TABLE {at} ROW LEVEL SECURITY ON{any}")
            }
            What::CreateMask { name, value } => {
                write!(out, "CREATE MASKING POLICY {name} WITH (x bigint) USING (CAST({value} AS bigint))")
            }
            What::DropMask(name) => write!(out, "DROP MASKING POLICY {name}"),
            What::AttachMask { name, at, column, to, priority } => {
                write!(out, "ATTACH MASKING POLICY {name} ON {at} ({column}) TO {to} PRIORITY {priority}")
            }
            What::DetachMask { name, at, column, from } => {
                write!(out, "DETACH MASKING POLICY {name} ON {at} ({column}) FROM {from}")
            }
            What::CreateFunction { at, value } => {
                write!(
                    out,
                    "CREATE FUNCTION {at}() RETURNS bigint STABLE AS $$ SELECT {value} $$ LANGUAGE sql"
                )
            }
            What::CreateProcedure { at, definer, body } => {
                let security = if *definer { "SECURITY DEFINER" } else { "SECURITY INVOKER" };
                write!(out, "CREATE PROCEDURE {at}() AS $$ BEGIN {body}; END $$ LANGUAGE plpgsql {security}")
            }
            What::DropRoutine(at) => {
                let kind = if at.name == PROCEDURE { "PROCEDURE" } else { "FUNCTION" };
                write!(out, "DROP {kind} {at}()")
            }
            What::Select(query) => query.fmt(out),
            What::Write(body) => body.fmt(out),
            What::Function(at) => write!(out, "SELECT {at}()"),
            What::Call(at) => write!(out, "CALL {at}()"),
            What::Outside => write!(out, "SELECT id FROM {OUTSIDE}.t"),
            What::Guess => out.write_str("SELECT ml.guess(1, 2)"),
            What::List(listing) => out.write_str(listing.query()),
            What::HasTable { user, at, right } => {
                write!(out, "SELECT has_table_privilege('{user}', '{at}', '{}')", right.word())
            }
            What::Begin => out.write_str("BEGIN"),
            What::End { commit } => out.write_str(if *commit { "COMMIT" } else { "ROLLBACK" }),
            What::HasSchema { user, schema, right } => {
                write!(out, "SELECT has_schema_privilege('{user}', '{schema}', '{}')", right.word())
            }
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Holder::User(name) => out.write_str(name),
            Holder::Role(name) => write!(out, "ROLE {name}"),
        }
    }
}

impl fmt::Display for To {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            To::User(name) => out.write_str(name),
            To::Group(name) => write!(out, "GROUP {name}"),
            To::Role(name) => write!(out, "ROLE {name}"),
            To::Public => out.write_str("PUBLIC"),
        }
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = match self {
            Rights::All => return out.write_str("ALL"),
            Rights::These(rights) => rights.iter().map(|right| right.word().to_owned()).collect(),
            Rights::OnColumns(rights) => rights
                .iter()
                .map(|(right, columns)| format!("{} ({})", right.word(), columns.join(", ")))
                .collect(),
        };
        out.write_str(&words.join(", "))
    }
}

impl fmt::Display for On {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            On::Relation(at) => write!(out, "{at}"),
            On::AllTables(schema) => write!(out, "ALL TABLES IN SCHEMA {schema}"),
            On::Schema(schema) => write!(out, "SCHEMA {schema}"),
            On::Database => out.write_str("DATABASE dev"),
            On::Model => write!(out, "MODEL {MODEL}"),
            On::Function(at) => write!(out, "FUNCTION {at}()"),
            On::Procedure(at) => write!(out, "PROCEDURE {at}()"),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.pick {
            Pick::Star => write!(out, "SELECT * FROM {}", self.at)?,
            Pick::Columns(columns) => write!(out, "SELECT {} FROM {}", columns.join(", "), self.at)?,
            Pick::Count => write!(out, "SELECT count(*) FROM {}", self.at)?,
        }
        self.filter.iter().try_for_each(|filter| filter.fmt(out))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, " WHERE {} % 2 = {}", self.column, self.rest)
    }
}

impl fmt::Display for Query {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Query::Plain(source) => source.fmt(out),
            Query::Bare(source) => out.write_str(&source.to_string().replace(&format!(" {PUBLIC}."), " ")),
            Query::Inside(source) => write!(out, "SELECT * FROM ({source}) q"),
            Query::With(source) => write!(out, "WITH q AS ({source}) SELECT * FROM q"),
            Query::Union(one, other) => write!(out, "{one} UNION ALL {other}"),
            Query::Join(one, column, other, beside) => {
                write!(out, "SELECT x.{column}, y.{beside} FROM {one} x, {other} y")
            }
            Query::Exists(source) => {
                write!(out, "SELECT CASE WHEN EXISTS ({source}) THEN 1 ELSE 0 END")
            }
        }
    }
}

impl fmt::Display for Write {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Write::Values { at, columns, first } => {
                let values: Vec<String> =
                    (0..columns.len()).map(|more| (first + more as i64).to_string()).collect();
                write!(out, "INSERT INTO {at} ({}) VALUES ({})", columns.join(", "), values.join(", "))
            }
            Write::FromSelect { at, column, source } => write!(out, "INSERT INTO {at} ({column}) {source}"),
            Write::Update { at, column, reads, value, filter } => {
                write!(out, "UPDATE {at} SET {column} = ")?;
                reads.iter().try_for_each(|reads| write!(out, "{reads} + "))?;
                write!(out, "{value}")?;
                filter.iter().try_for_each(|filter| filter.fmt(out))
            }
            Write::Delete { at, filter } => {
                write!(out, "DELETE FROM {at}")?;
                filter.iter().try_for_each(|filter| filter.fmt(out))
            }
        }
    }
}
