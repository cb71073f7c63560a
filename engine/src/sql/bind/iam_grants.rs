//! PG_GET_IAM_ROLE_BY_USER and PG_GET_GRANTEE_BY_IAM_ROLE: ASSUMEROLE grants as rows, for superusers alone.

use crate::sql::syntax;

use super::binder::Binder;
use super::from::{FromItem, fold, rename};
use super::scalar::{no_function, types};
use crate::sql::authorize::rights::{Missing, Rights};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::plan::{Field, Plan};
use crate::sql::{execute, optimize};
use crate::warehouse::access::Grantee;
use crate::warehouse::assume_role::{AssumeGrant, IamRole};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

const BY_USER: &str = "pg_get_iam_role_by_user";
const BY_ROLE: &str = "pg_get_grantee_by_iam_role";

const TEXT: DataType = DataType::Varchar(DataType::VARCHAR_MAX);

/// Whether `name`, in any case, is one of the two.
pub(super) fn is_iam_grants(name: &str) -> bool {
    [BY_USER, BY_ROLE].iter().any(|known| known.eq_ignore_ascii_case(name))
}

impl Binder<'_> {
    /// In a select list: `(reg_user1,default,COPY)`, a row a grant.
    pub fn iam_grants_column(&mut self, name: &str, written: &[syntax::Expression]) -> SqlResult<Expression> {
        let rows = self.iam_grants(name, written)?;
        let rows = rows.into_iter().map(|cells| vec![text(&format!("({})", cells.join(",")))]).collect();
        let fields = vec![Field { qualifier: None, name: name.to_owned(), data_type: TEXT }];
        let level = self.level()?;
        if level.series.replace(Plan::Values { rows, fields }).is_some() {
            return Err(SqlError::product("0A000", "a select list can hold one set-returning function"));
        }
        Ok(Expression::Column { index: level.width, data_type: TEXT })
    }

    /// In FROM, with the names of its three columns behind it.
    pub fn iam_grants_item(
        &mut self,
        name: &str,
        written: &[syntax::Expression],
        alias: Option<&syntax::TableAlias>,
    ) -> SqlResult<FromItem> {
        let rows = self.iam_grants(name, written)?;
        let rows = rows.iter().map(|cells| cells.iter().map(|cell| text(cell)).collect()).collect();
        let names: [&str; 3] = if name.eq_ignore_ascii_case(BY_USER) {
            ["username", "iam_role", "cmd"]
        } else {
            ["grantee", "grantee_type", "cmd_type"]
        };
        let field = |name: &str| Field { qualifier: None, name: name.to_owned(), data_type: TEXT };
        let plan = Plan::Values { rows, fields: names.map(field).to_vec() };
        let called = alias.map_or_else(|| name.to_ascii_lowercase(), |alias| fold(&alias.name));
        Ok(FromItem::single(rename(plan, &called, alias)?, called, None, None))
    }

    fn iam_grants(&mut self, name: &str, written: &[syntax::Expression]) -> SqlResult<Vec<[String; 3]>> {
        let name = name.to_ascii_lowercase();
        let bound: Vec<Expression> =
            written.iter().map(|argument| self.expression(argument)).collect::<SqlResult<_>>()?;
        let [argument] = bound.as_slice() else { return Err(no_function(&name, &types(&bound))) };
        let rights = Rights::new(self.manifest, self.scope.session.user);
        if !rights.is_superuser() {
            // Text unconfirmed; the rule is the guide's.
            let grant = format!("ALTER USER {} CREATEUSER;", rights.name());
            let missing = Missing::on_system("superuser", "function", &name, Some(grant));
            return Err(rights.refuse(format!("permission denied for function {name}"), missing));
        }
        let asked = execute::constant(argument, &mut optimize::surroundings(self.manifest))?;
        let Value::String(asked) = asked else { return Ok(Vec::new()) };
        let principals = &self.manifest.principals;
        let row = |grant: &AssumeGrant| {
            let command = grant.command.printed().to_owned();
            if name == BY_USER {
                return [asked.to_string(), grant.role.printed().to_owned(), command];
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
        let user = principals.user_called(&asked).map(|user| user.id);
        let wanted = |grant: &&AssumeGrant| match &grant.role {
            _ if name == BY_USER => user.is_some_and(|user| principals.is_among(user, grant.grantee)),
            IamRole::Arn(arn) => **arn == *asked,
            role => role.printed().eq_ignore_ascii_case(&asked),
        };
        Ok(principals.assume.iter().filter(wanted).map(row).collect())
    }
}

fn text(value: &str) -> Expression {
    Expression::Literal { value: Value::string(value), data_type: TEXT }
}
