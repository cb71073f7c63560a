//! Functions of one argument that answer with rows: PG_GET_COLS tells a relation's columns, PG_GET_IAM_ROLE_BY_USER and
//! PG_GET_GRANTEE_BY_IAM_ROLE tell ASSUMEROLE grants, to superusers alone.

use crate::sql::syntax;

use super::binder::{Binder, Viewer, not_on_tables};
use super::from::{FromItem, fold, object_name, rename};
use super::relation::Found;
use super::scalar::{no_function, types};
use crate::gap::Feature;
use crate::sql::authorize::rights::{Missing, Rights};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::functions::RECORD;
use crate::sql::plan::{Field, Plan};
use crate::sql::{execute, optimize, parse};
use crate::warehouse::access::Grantee;
use crate::warehouse::assume_role::{AssumeGrant, IamRole};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::value::Value;

const BY_USER: &str = "pg_get_iam_role_by_user";
const BY_ROLE: &str = "pg_get_grantee_by_iam_role";
const COLUMNS: &str = "pg_get_cols";

const TEXT: DataType = DataType::Varchar(DataType::VARCHAR_MAX);

/// Whether `name`, in any case, is one of the three.
pub(super) fn is_row_answer(name: &str) -> bool {
    [BY_USER, BY_ROLE, COLUMNS].iter().any(|known| known.eq_ignore_ascii_case(name))
}

impl Binder<'_> {
    /// In a select list: `(reg_user1,default,COPY)`, a record a row.
    pub fn row_answer_column(&mut self, name: &str, written: &[syntax::Expression]) -> SqlResult<Expression> {
        let mut rows = Vec::new();
        for row in self.row_answer(name, written)? {
            rows.push(vec![self.call(RECORD, row)?]);
        }
        let fields = vec![Field { qualifier: None, name: name.to_owned(), data_type: TEXT }];
        self.multiply(Plan::Values { rows, fields })
    }

    /// In FROM, with the names of its columns behind it.
    pub fn row_answer_item(
        &mut self,
        name: &str,
        written: &[syntax::Expression],
        alias: Option<&syntax::TableAlias>,
    ) -> SqlResult<FromItem> {
        let rows = self.row_answer(name, written)?;
        let name = name.to_ascii_lowercase();
        let names: &[(&str, DataType)] = match name.as_str() {
            BY_USER => &[("username", TEXT), ("iam_role", TEXT), ("cmd", TEXT)],
            BY_ROLE => &[("grantee", TEXT), ("grantee_type", TEXT), ("cmd_type", TEXT)],
            _ => &[
                ("view_schema", TEXT),
                ("view_name", TEXT),
                ("col_name", TEXT),
                ("col_type", TEXT),
                ("col_num", DataType::Integer),
            ],
        };
        let field =
            |(name, kind): &(&str, _)| Field { qualifier: None, name: (*name).to_owned(), data_type: *kind };
        let plan = Plan::Values { rows, fields: names.iter().map(field).collect() };
        let called = alias.map_or(name, |alias| fold(&alias.name));
        Ok(FromItem::single(rename(plan, &called, alias)?, called, None, None))
    }

    fn row_answer(&mut self, name: &str, written: &[syntax::Expression]) -> SqlResult<Vec<Vec<Expression>>> {
        let name = name.to_ascii_lowercase();
        let bound: Vec<Expression> =
            written.iter().map(|argument| self.expression(argument)).collect::<SqlResult<_>>()?;
        let [argument] = bound.as_slice() else { return Err(no_function(&name, &types(&bound))) };
        self.must_be_known(&name, argument)?;
        let asked = execute::constant(argument, &mut optimize::surroundings(self.manifest))?;
        let Value::String(asked) = asked else { return Ok(Vec::new()) };
        if name == COLUMNS {
            return self.columns_of(&asked);
        }
        let grants = self.iam_grants(&name, &asked)?;
        Ok(grants.iter().map(|cells| cells.iter().map(|cell| text(cell)).collect()).collect())
    }

    /// One call a row over a table is refused as every function of the leader node is; over the catalog the product
    /// would answer.
    fn must_be_known(&mut self, name: &str, argument: &Expression) -> SqlResult<()> {
        let mut varies = false;
        argument.visit(&mut |inner| {
            varies |= matches!(
                inner,
                Expression::Column { .. } | Expression::Parameter { .. } | Expression::Subquery(_)
            );
        });
        if !varies {
            return Ok(());
        }
        if self.sites.tables {
            super::super::authorize::authorize(&self.needs, self.manifest, self.scope.session)?;
            return Err(not_on_tables(std::iter::once(format!("{name}(text)"))));
        }
        Err(SqlError::not_simulated_because(
            Feature::Function,
            format!("{name} of what differs from row to row"),
        ))
    }

    /// Schema, relation, column, type and number. Whoever may name a relation may ask, as of the catalog.
    fn columns_of(&mut self, written: &str) -> SqlResult<Vec<Vec<Expression>>> {
        let named = match parse::expression(written)? {
            syntax::Expression::Identifier(name) => syntax::ObjectName(vec![name]),
            syntax::Expression::CompoundIdentifier(names) => syntax::ObjectName(names),
            _ => return Err(SqlError::new(SqlErrorKind::Syntax { near: Some(written.to_owned()) })),
        };
        let parts = object_name(&named);
        // The text means what it means to whoever asks, inside a view as well.
        let search_path = super::relation::search_path(self.scope);
        let asking = Viewer { user: self.scope.session.user, through: None, defines: false, search_path };
        let outer = std::mem::replace(&mut self.viewer, asking);
        let found = self.columns_named(&named, &parts);
        self.viewer = outer;
        found
    }

    fn columns_named(
        &mut self,
        named: &syntax::ObjectName,
        parts: &[Identifier],
    ) -> SqlResult<Vec<Vec<Expression>>> {
        let (schema, relation) = match self.find_relation(parts)? {
            Found::Stored(relation) => (relation.schema.to_string(), relation.name.to_string()),
            Found::External(table) => (table.schema.to_string(), table.name.to_string()),
            Found::System(_, schema) => (schema, parts.last().map(Identifier::to_string).unwrap_or_default()),
        };
        // What it reads is nobody's concern: nothing of it is read.
        let (needs, tables) = (self.needs.len(), self.sites.tables);
        let fields = self.deeper(|binder| Ok(binder.table(named, None)?.plan.fields().to_vec()));
        self.needs.truncate(needs);
        self.sites.tables = tables;
        let row = |(number, field): (usize, Field)| {
            let number = Value::Integer(number as i32 + 1);
            let mut row: Vec<Expression> =
                [&schema, &relation, &field.name, &field.data_type.to_string()].map(|cell| text(cell)).into();
            row.push(Expression::Literal { value: number, data_type: DataType::Integer });
            row
        };
        Ok(fields?.into_iter().enumerate().map(row).collect())
    }

    fn iam_grants(&self, name: &str, asked: &str) -> SqlResult<Vec<[String; 3]>> {
        let rights = Rights::new(self.manifest, self.scope.session.user);
        if !rights.is_superuser() {
            // Text unconfirmed; the rule is the guide's.
            let grant = format!("ALTER USER {} CREATEUSER;", rights.name());
            let missing = Missing::on_system("superuser", "function", name, Some(grant));
            return Err(rights.refuse(format!("permission denied for function {name}"), missing));
        }
        let principals = &self.manifest.principals;
        let row = |grant: &AssumeGrant| {
            let command = grant.command.printed().to_owned();
            if name == BY_USER {
                return [asked.to_owned(), grant.role.printed().to_owned(), command];
            }
            let (grantee, kind) = match grant.grantee {
                Grantee::Public => (Some("public".to_owned()), "p"),
                Grantee::User(id) => (principals.user(id).map(|user| user.name.to_string()), "u"),
                Grantee::Group(id) => {
                    let group = principals.groups.values().find(|group| group.id == id);
                    (group.map(|group| group.name.to_string()), "g")
                }
                // The letter of a role is unconfirmed.
                Grantee::Role(id) => (principals.role(id).map(|role| role.name.to_string()), "r"),
            };
            [grantee.unwrap_or_default(), kind.to_owned(), command]
        };
        let user = principals.user_called(asked).map(|user| user.id);
        let wanted = |grant: &&AssumeGrant| match &grant.role {
            _ if name == BY_USER => user.is_some_and(|user| principals.is_among(user, grant.grantee)),
            IamRole::Arn(arn) => **arn == *asked,
            role => role.printed().eq_ignore_ascii_case(asked),
        };
        Ok(principals.assume.iter().filter(wanted).map(row).collect())
    }
}

fn text(value: &str) -> Expression {
    Expression::Literal { value: Value::string(value), data_type: TEXT }
}
