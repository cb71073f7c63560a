//! What binding knows while it walks a statement: whose eyes it looks through, what it may name, what it
//! has found to be needed.

use std::sync::Arc;

use crate::sql::syntax;

use super::coerce;
use super::level::Level;
use super::{Need, Scope};
use crate::sql::error::{Span, SqlError, SqlResult};
use crate::sql::expression::{CastMode, Expression};
use crate::sql::functions::{Resolved, Site};
use crate::sql::plan::{Field, Plan};
use crate::warehouse::access::UserId;
use crate::warehouse::catalog::{Database, ObjectId, Relation};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;

/// The state of one statement's binding.
pub(super) struct Binder<'a> {
    pub scope: Scope<'a>,
    pub manifest: &'a Manifest,
    pub database: &'a Database,
    /// The statement's text; empty inside a view, whose text nobody typed just now: its places mean nothing.
    pub text: &'a str,
    pub viewer: Viewer,
    pub needs: Vec<Need>,
    pub levels: Vec<Level>,
    pub common: Vec<CommonTable>,
    pub next_common: u32,
    pub sites: Sites,
    /// `SELECT *` keeps every column even when only some may be read (CREATE VIEW).
    pub whole_star: bool,
    pub depth: usize,
    /// What `$1`, `$2`, ... mean while a user's function is put in place of its call.
    pub arguments: Option<Vec<Expression>>,
    /// Users' functions that were called.
    pub routines: Vec<ObjectId>,
    /// Relations whose policies are being bound.
    pub guarded: Vec<ObjectId>,
    /// The query that was bound last refers to a nested table.
    pub nested: bool,
    /// The text that is being bound asks for SLICE_NUM.
    pub slices: bool,
}

/// Through whose rights and search path names are looked up.
#[derive(Clone)]
pub(super) struct Viewer {
    pub user: UserId,
    /// The view whose text is being bound.
    pub through: Option<Arc<Relation>>,
    /// The text is a system relation's own, which may name what stands for no relation of the product's.
    pub defines: bool,
    pub search_path: Vec<Identifier>,
}

/// A WITH query, bound once; references are `CommonRead` until it is known how many there are.
pub(super) struct CommonTable {
    pub name: String,
    pub id: u32,
    pub fields: Vec<Field>,
    pub definition: Plan,
}

/// Where the statement's parts want to run (fact sheet, section 6.11).
#[derive(Default)]
pub(super) struct Sites {
    /// A user table or a compute-node system relation is read.
    pub tables: bool,
    /// Calls as an INFO line writes them: `age(timestamp without time zone)`.
    pub leader_only: Vec<String>,
    /// Functions inside a catalog view that is read; the view stays on the leader because of them.
    pub leader_views: Vec<&'static str>,
    /// The rows go into a table.
    pub writes: bool,
    pub compute_only: bool,
}

/// What runs on the leader only was asked of the compute nodes.
pub fn not_on_tables(functions: impl Iterator<Item = String>) -> SqlError {
    let info: Vec<String> =
        functions.map(|function| format!("INFO:  Function \"{function}\" not supported.")).collect();
    product_with(
        "0A000",
        "Specified types or functions (one per INFO message) not supported on Amazon Redshift tables.",
        Some(info.join("\n")),
        None,
    )
}

/// Views within views deeper than this are taken for a mistake of ours, not of the learner.
const DEEPEST: usize = 64;

impl<'a> Binder<'a> {
    pub fn new(scope: Scope<'a>) -> SqlResult<Self> {
        let database = scope.manifest.catalog.database(&scope.session.database).ok_or_else(|| {
            SqlError::product("3D000", format!("database \"{}\" does not exist", scope.session.database))
        })?;
        let search_path = super::relation::search_path(scope);
        Ok(Binder {
            scope,
            manifest: scope.manifest,
            database,
            text: scope.statement_text,
            viewer: Viewer { user: scope.session.user, through: None, defines: false, search_path },
            needs: Vec::new(),
            levels: Vec::new(),
            common: Vec::new(),
            next_common: 0,
            sites: Sites::default(),
            whole_star: false,
            depth: 0,
            arguments: None,
            routines: Vec::new(),
            guarded: Vec::new(),
            nested: false,
            slices: super::slice_num::is_asked(scope.statement_text),
        })
    }

    /// Guards against endless nesting.
    pub fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> SqlResult<T>) -> SqlResult<T> {
        if self.depth >= DEEPEST {
            return Err(too_deep());
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }

    /// Notes where a function has to run.
    pub fn note_site(&mut self, resolved: &Resolved) {
        match resolved.function.site {
            Site::Anywhere => {}
            Site::LeaderOnly => {
                let types: Vec<String> = resolved
                    .arguments
                    .iter()
                    .map(|to| if to.is_string() { "text".to_owned() } else { coerce::bare_name(*to) })
                    .collect();
                let call = format!("{}({})", resolved.function.name, types.join(","));
                if !self.sites.leader_only.contains(&call) {
                    self.sites.leader_only.push(call);
                }
            }
            Site::ComputeOnly => self.sites.compute_only = true,
        }
    }

    /// Puts what is only known now into the finished plan: explicit casts of a query without tables round,
    /// because the leader node computes them. Functions in the wrong place are refused, but only where the
    /// rights suffice: the product looks at rights first.
    pub fn finish(&self, plan: &mut Plan) -> SqlResult<()> {
        if !self.sites.tables {
            plan.transform_expressions(&mut |expression| {
                if let Expression::Cast { mode: mode @ CastMode::Explicit, .. } = expression {
                    *mode = CastMode::Leader;
                }
            });
        }
        if let Some(error) = self.misplaced() {
            super::super::authorize::authorize(&self.needs, self.manifest, self.scope.session)?;
            return Err(error);
        }
        Ok(())
    }

    fn misplaced(&self) -> Option<SqlError> {
        let sites = &self.sites;
        if sites.tables && !sites.leader_only.is_empty() {
            return Some(not_on_tables(sites.leader_only.iter().cloned()));
        }
        if (sites.tables || sites.writes) && !sites.leader_views.is_empty() {
            return Some(not_on_tables(sites.leader_views.iter().map(|name| (*name).to_owned())));
        }
        if !self.sites.tables && self.sites.compute_only {
            return Some(SqlError::product(
                "0A000",
                "One or more of the used functions must be applied on at least one user created table. Examples of user table only functions are LISTAGG, MEDIAN, PERCENTILE_CONT, etc",
            ));
        }
        None
    }

    /// Where in the submitted text a piece of syntax tree was read.
    pub fn place(&self, node: &dyn syntax::Spanned) -> Option<Span> {
        if self.text.is_empty() {
            return None;
        }
        Some(node.span()).filter(|span| span.start < span.end)
    }

    /// The error, pointing at `node` unless it points somewhere already.
    pub fn at(&self, error: SqlError, node: &dyn syntax::Spanned) -> SqlError {
        match self.place(node) {
            Some(span) => error.at(span),
            None => error,
        }
    }
}

/// What is nested further than the stack reaches.
pub(super) fn too_deep() -> SqlError {
    SqlError::product("54001", "stack depth limit exceeded")
}

/// A product message with its DETAIL and HINT.
pub(super) fn product_with(
    state: &'static str,
    message: impl Into<String>,
    detail: Option<String>,
    hint: Option<&str>,
) -> SqlError {
    SqlError::new(crate::sql::error::SqlErrorKind::Product {
        state,
        message: message.into(),
        detail,
        hint: hint.map(str::to_owned),
    })
}
