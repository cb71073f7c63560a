//! A relation behind policies: the rows and values that the session's user may see, whoever's view reads them.
//!
//! A policy's text is bound as a view's is: its names are those of when it was made, and nothing of the session's own
//! (a temporary table, a procedure's variable, the search path) can come in between.

use std::sync::Arc;

use super::binder::{Binder, Viewer};
use super::from::with_fields;
use super::level::{Clause, Level, Named, Source, SourceColumn};
use super::{Need, Scope};
use crate::sql::authorize::authorize;
use crate::sql::authorize::trail::Trail;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::parameter;
use crate::sql::parse;
use crate::sql::plan::{Field, Plan, Secure};
use crate::warehouse::catalog::{ObjectId, Relation, RelationKind};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::policy::{Audience, Policy, PolicyKind};
use crate::warehouse::system_role::SystemPermission;

/// A relation's rows for one user.
pub(super) struct Shown {
    pub plan: Plan,
    /// For writes: where the own values of masked columns stand, behind the row id.
    pub kept: Vec<(usize, usize)>,
}

/// What a policy's texts come to.
pub struct BoundPolicy {
    pub expressions: Vec<Expression>,
    /// What it reads besides: its lookup tables.
    pub needs: Vec<Need>,
    pub routines: Vec<ObjectId>,
}

/// The columns that a policy's text speaks of.
pub struct PolicyColumn<'a> {
    pub name: &'a Identifier,
    pub index: usize,
    pub data_type: DataType,
}

/// A policy's texts over columns of these types: `made` when its names are looked up as it once knew them.
pub fn policy(
    policy: &Policy,
    columns: &[PolicyColumn<'_>],
    made: bool,
    scope: Scope<'_>,
) -> SqlResult<BoundPolicy> {
    Binder::new(Scope { statement_text: "", ..scope })?.policy_texts(policy, columns, made)
}

impl Binder<'_> {
    /// `plan`, which gives the relation's columns (and for writes the row id), behind the policies that reach the
    /// session's user.
    pub fn protected(&mut self, relation: ObjectId, plan: Plan, writes: bool) -> SqlResult<Shown> {
        let Some(present) = self.database.relation(relation).cloned() else {
            return Ok(Shown { plan, kept: Vec::new() });
        };
        if !present.protection.rows && present.protection.attached.iter().all(|one| one.mask.is_none()) {
            return Ok(Shown { plan, kept: Vec::new() });
        }
        if self.guarded.contains(&relation) {
            // A mask looks up the table that it stands on. The sentence is PostgreSQL's.
            let message = format!("infinite recursion detected in policy for relation \"{}\"", present.name);
            return Err(SqlError::product("42P17", message));
        }
        self.guarded.push(relation);
        let shown = self.behind(&present, plan, writes);
        self.guarded.pop();
        // Rights come first: who may not read the table learns nothing of its policies either.
        shown
            .map_err(|error| authorize(&self.needs, self.manifest, self.scope.session).err().unwrap_or(error))
    }

    fn behind(&mut self, relation: &Relation, plan: Plan, writes: bool) -> SqlResult<Shown> {
        let (principals, user) = (&self.manifest.principals, self.scope.session.user);
        let reach = Audience::of_user(principals, user);
        let protection = &relation.protection;
        let fields = plan.fields().to_vec();
        let width = fields.len() - usize::from(writes);
        // A late-binding view has no columns but those of its query.
        let names: Vec<Identifier> = match relation.columns.as_slice() {
            [] => fields.iter().map(|field| Identifier::kept(&field.name)).collect(),
            columns => columns.iter().map(|column| column.name.clone()).collect(),
        };
        let place = |name: &Identifier| {
            let index = names.iter().position(|column| column == name);
            index.filter(|index| *index < width).ok_or_else(|| SqlError::undefined_column(name))
        };
        let (mut below, mut policies, mut open) = (plan, Vec::new(), true);
        let rows = relation.hides_rows(principals, user);
        if rows {
            // Policies were written where the case of names does not count. SQLSTATE unconfirmed.
            if parameter::keeps_case(&self.scope.session.settings) {
                return Err(SqlError::product(
                    "0A000",
                    "RLS protected relation does not support session level config on case sensitivity being different from its default value.",
                ));
            }
            open &= principals.may(user, SystemPermission::ExplainRls);
            let mut conditions = Vec::new();
            let mut called = "rls_table".to_owned();
            for id in protection.row_policies(&reach) {
                let policy = self.policy_of(id)?;
                let columns = policy.inputs.iter().map(|(name, _)| {
                    let index = place(name)?;
                    Ok(PolicyColumn { name, index, data_type: fields[index].data_type })
                });
                let columns = columns.collect::<SqlResult<Vec<_>>>()?;
                let bound = self.policy_texts(&policy, &columns, true)?;
                self.must_be_granted(&policy, &bound)?;
                let condition = bound.expressions.into_iter().next();
                let condition = condition.ok_or_else(|| SqlError::bug("a policy without a condition"))?;
                must_be_rewritable(&condition, writes)?;
                conditions.push(condition);
                policy.called().clone_into(&mut called);
                policies.push(id);
            }
            below = if conditions.is_empty() {
                Plan::Nothing { fields: fields.clone() }
            } else {
                let predicate = match protection.any {
                    true => Expression::Or(conditions),
                    false => Expression::And(conditions),
                };
                Plan::Filter { input: Box::new(qualified(below, &called)), predicate }
            };
        }
        let masked = self.masked(relation, below, width, &reach, &place)?;
        if !rows && masked.policies.is_empty() {
            return Ok(Shown { plan: masked.plan, kept: Vec::new() });
        }
        if !masked.policies.is_empty() {
            open &= principals.may(user, SystemPermission::ExplainMasking);
        }
        // The own values of masked columns follow the row id.
        let mut fields = fields;
        for (column, _) in &masked.kept {
            let field = Field { qualifier: None, ..fields[*column].clone() };
            fields.push(field);
        }
        policies.extend(&masked.policies);
        let secure = Secure {
            input: masked.plan,
            relation: relation.id,
            name: relation.name.to_string(),
            fields,
            rows,
            open,
            policies,
        };
        Ok(Shown { plan: Plan::Secure(Box::new(secure)), kept: masked.kept })
    }

    pub(super) fn policy_of(&self, id: ObjectId) -> SqlResult<Arc<Policy>> {
        let policy = self.database.policies.get(&id).cloned();
        policy.ok_or_else(|| SqlError::bug("an attached policy is gone"))
    }

    pub(super) fn policy_texts(
        &mut self,
        policy: &Policy,
        columns: &[PolicyColumn<'_>],
        made: bool,
    ) -> SqlResult<BoundPolicy> {
        let level = Level {
            sources: vec![Source {
                alias: policy.called().to_owned(),
                schema: None,
                columns: columns
                    .iter()
                    .map(|column| SourceColumn {
                        name: column.name.to_string(),
                        index: column.index,
                        data_type: column.data_type,
                        hidden: false,
                        shape: None,
                    })
                    .collect(),
                need: None,
            }],
            named: columns
                .iter()
                .map(|column| Named {
                    name: column.name.to_string(),
                    expression: Expression::Column { index: column.index, data_type: column.data_type },
                    marks: Vec::new(),
                    hidden: false,
                    shape: None,
                })
                .collect(),
            clause: Clause::Where,
            ..Level::default()
        };
        let viewer = Viewer {
            user: self.scope.session.user,
            through: made.then(|| Arc::new(stand_in(policy))),
            defines: false,
            search_path: policy.names.search_path.clone(),
        };
        let outer = std::mem::replace(&mut self.viewer, viewer);
        let text = std::mem::take(&mut self.text);
        let levels = std::mem::replace(&mut self.levels, vec![level]);
        let common = std::mem::take(&mut self.common);
        let routines = std::mem::take(&mut self.routines);
        let arguments = self.arguments.replace(Vec::new());
        let known = self.needs.len();
        let bound: SqlResult<Vec<Expression>> = policy
            .expressions
            .iter()
            .map(|text| {
                let expression = parse::expression(text)?;
                match policy.kind {
                    PolicyKind::Rows => self.condition(&expression, "USING"),
                    PolicyKind::Mask => self.expression(&expression),
                }
            })
            .collect();
        self.viewer = outer;
        self.text = text;
        self.levels = levels;
        self.common = common;
        self.arguments = arguments;
        let routines = std::mem::replace(&mut self.routines, routines);
        let needs = self.needs.split_off(known);
        Ok(BoundPolicy { expressions: bound?, needs, routines })
    }

    /// The policy reads its lookup tables with rights of its own.
    pub(super) fn must_be_granted(&self, policy: &Policy, bound: &BoundPolicy) -> SqlResult<()> {
        let missing = bound.needs.iter().find(|need| !policy.may_read.contains(&need.relation));
        let Some(lookup) = missing.and_then(|need| self.database.relation(need.relation)) else {
            return Ok(());
        };
        let user = self.scope.session.user;
        // Names of policies are their administrators' business.
        let named = self.manifest.principals.administers_security(user);
        let object = lookup.qualified_name().to_string();
        let word = policy.kind.word();
        let right = match named {
            true => format!("SELECT by {word} {}", policy.name),
            false => format!("SELECT by a {word}"),
        };
        let grant = named
            .then(|| format!("GRANT SELECT ON TABLE {object} TO {} {};", word.to_uppercase(), policy.name));
        let message = format!("permission denied for relation {}", lookup.name);
        let trail = Trail::new(self.manifest, user);
        Err(trail.refuse(message, &right, "table", object, Some(lookup.owner), grant))
    }
}

/// The policy as the view that its names are looked up for.
fn stand_in(policy: &Policy) -> Relation {
    let mut names = policy.names.clone();
    names.depends_on.extend(&policy.routines);
    Relation {
        id: policy.id,
        schema: Identifier::fold(""),
        name: policy.name.clone(),
        owner: crate::warehouse::access::UserId::RDSDB,
        acl: Default::default(),
        columns: Vec::new(),
        created: policy.modified,
        comment: None,
        protection: Default::default(),
        kind: RelationKind::View(names),
    }
}

/// The rows as the policies call them: what EXPLAIN shows to those who may see it.
fn qualified(plan: Plan, called: &str) -> Plan {
    let mut fields = plan.fields().to_vec();
    for field in &mut fields {
        field.qualifier = Some(called.to_owned());
    }
    with_fields(plan, fields)
}

/// The guide's two refusals. Which lookups are too much for a write is unconfirmed: here it is those that join.
fn must_be_rewritable(condition: &Expression, writes: bool) -> SqlResult<()> {
    let (mut correlated, mut joins) = (false, false);
    condition.visit(&mut |part| {
        if let Expression::Subquery(subquery) = part {
            correlated |= !subquery.parameters.is_empty();
            joins |= contains_join(&subquery.plan);
        }
    });
    if correlated {
        return Err(SqlError::product("0A000", "RLS policy could not be rewritten."));
    }
    if writes && joins {
        return Err(SqlError::product(
            "0A000",
            "One of the RLS policies on target relation is not supported in UPDATE/DELETE.",
        ));
    }
    Ok(())
}

fn contains_join(plan: &Plan) -> bool {
    matches!(plan, Plan::Join(_)) || plan.inputs().into_iter().any(contains_join)
}
