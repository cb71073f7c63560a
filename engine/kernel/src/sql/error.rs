//! Everything a statement can fail with: code, sentence and hint, side by side.
//!
//! Texts are the product's own (fact sheet, sections 1 to 8); where a text is a guess the variant says
//! `unconfirmed` and why.

use crate::gap::Feature;

/// A place in the statement's text: byte offsets, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// A statement that failed, told to the person who typed it.
#[derive(Clone, Debug, PartialEq)]
pub struct SqlError {
    pub kind: Box<SqlErrorKind>,
    /// Where in the submitted text, when it is known.
    pub span: Option<Span>,
    /// What the server says besides: messages of the procedure that failed, and the lines of CONTEXT.
    pub around: Vec<String>,
}

pub type SqlResult<T> = Result<T, SqlError>;

/// What went wrong. Add a variant for each mistake; never a bare string for one that has a name.
#[derive(Clone, Debug, PartialEq)]
pub enum SqlErrorKind {
    /// 42601. `near` is the offending token; `None` at the end of the input.
    Syntax { near: Option<String> },
    /// Redshift would accept this; the sandbox does not yet. 0A000.
    NotSimulated { feature: Feature, detail: Option<String> },
    /// A message of the product with its SQLSTATE, where the case needs no type of its own.
    Product { state: &'static str, message: String, detail: Option<String>, hint: Option<String> },
    /// 42501, with the chain that the page explains.
    Refused(Refusal),
    /// The user stopped it, or its time was over. 57014.
    Canceled(Canceled),
    /// Our mistake, never the learner's. XX000.
    Bug(String),
}

/// Which statement was stopped, and by whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Canceled {
    pub query: i64,
    pub by: Canceler,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Canceler {
    User,
    /// Somebody else's CANCEL, with what it wants to be said.
    Message(String),
    /// `statement_timeout`, in milliseconds.
    Timeout(i64),
}

/// A refusal for want of a privilege, with everything needed to explain it.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The server's text, without `ERROR:`.
    pub message: String,
    /// The user whose rights were asked for (a view's owner where the view reads its tables).
    pub user: String,
    /// What was needed, in the order it was checked; the last one is the first that is missing.
    pub chain: Vec<Link>,
    /// Who could give it: owners and superusers, by name, with the reason (`owner of the table`).
    pub grantors: Vec<Grantor>,
    /// The smallest statement that would help.
    pub smallest_grant: Option<String>,
}

/// One privilege that the statement needed.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// `USAGE`, `SELECT`, ... or `owner`, `superuser`.
    pub right: String,
    /// `schema`, `table`, `view`, `column`, `database`, ...
    pub object_kind: &'static str,
    pub object: String,
    /// How it is held (`group analytics_users`, `owner`, `PUBLIC`, ...); `None` when it is missing.
    pub held: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Grantor {
    pub user: String,
    /// `owner` or `superuser`.
    pub reason: &'static str,
}

impl SqlErrorKind {
    pub fn state(&self) -> &'static str {
        match self {
            SqlErrorKind::Syntax { .. } => "42601",
            SqlErrorKind::NotSimulated { .. } => "0A000",
            SqlErrorKind::Product { state, .. } => state,
            SqlErrorKind::Refused(_) => "42501",
            SqlErrorKind::Canceled(_) => "57014",
            SqlErrorKind::Bug(_) => "XX000",
        }
    }

    /// The server's text, without `ERROR:`.
    pub fn message(&self) -> String {
        match self {
            SqlErrorKind::Syntax { near: Some(token) } => format!("syntax error at or near \"{token}\""),
            SqlErrorKind::Syntax { near: None } => "syntax error at end of input".to_owned(),
            SqlErrorKind::NotSimulated { feature, detail } => match detail {
                Some(detail) if !feature.name().starts_with(detail.as_str()) => {
                    format!("not simulated yet: {} ({detail})", feature.name())
                }
                _ => format!("not simulated yet: {}", feature.name()),
            },
            SqlErrorKind::Product { message, .. } => message.clone(),
            SqlErrorKind::Refused(refusal) => refusal.message.clone(),
            SqlErrorKind::Canceled(Canceled { by: Canceler::Message(message), .. }) => message.clone(),
            // That a timeout has the same words is unconfirmed.
            SqlErrorKind::Canceled(Canceled { query, .. }) => {
                format!("Query ({query}) cancelled on user's request")
            }
            SqlErrorKind::Bug(what) => format!("Sandshift made a mistake: {what}"),
        }
    }

    /// What to try next, in one sentence.
    pub fn hint(&self) -> Option<String> {
        match self {
            SqlErrorKind::Product { hint, .. } => hint.clone(),
            SqlErrorKind::NotSimulated { feature, .. } => Some(feature.way_on().to_owned()),
            SqlErrorKind::Refused(refusal) => refusal.smallest_grant.clone(),
            SqlErrorKind::Canceled(Canceled { by: Canceler::Timeout(milliseconds), .. }) => Some(format!(
                "The statement took longer than statement_timeout allows ({milliseconds} ms of simulated time)."
            )),
            SqlErrorKind::Syntax { .. } | SqlErrorKind::Canceled(_) => None,
            SqlErrorKind::Bug(_) => {
                Some("Your data is unharmed. Please report this statement to us.".to_owned())
            }
        }
    }

    /// Redshift's DETAIL block, when there is one.
    pub fn detail(&self) -> Option<String> {
        match self {
            SqlErrorKind::Product { detail, .. } => detail.clone(),
            _ => None,
        }
    }
}

impl SqlError {
    pub fn new(kind: SqlErrorKind) -> Self {
        SqlError { kind: Box::new(kind), span: None, around: Vec::new() }
    }

    pub fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }

    /// DETAIL, and below it what the server said besides.
    pub fn detail(&self) -> Option<String> {
        let lines: Vec<String> = self.kind.detail().into_iter().chain(self.around.iter().cloned()).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// A message of the product with its SQLSTATE.
    pub fn product(state: &'static str, message: impl Into<String>) -> Self {
        SqlError::new(SqlErrorKind::Product { state, message: message.into(), detail: None, hint: None })
    }

    pub fn not_simulated(feature: Feature) -> Self {
        SqlError::new(SqlErrorKind::NotSimulated { feature, detail: None })
    }

    pub fn not_simulated_because(feature: Feature, detail: impl Into<String>) -> Self {
        SqlError::new(SqlErrorKind::NotSimulated { feature, detail: Some(detail.into()) })
    }

    pub fn bug(what: impl Into<String>) -> Self {
        SqlError::new(SqlErrorKind::Bug(what.into()))
    }

    /// A scalar subquery found more than one row. The text is what compute nodes say; unconfirmed for the leader.
    pub fn several_rows() -> Self {
        SqlError::product("21000", "single-row subquery returns more than one row")
    }

    pub fn undefined_relation(name: &impl std::fmt::Display) -> Self {
        SqlError::product("42P01", format!("relation \"{name}\" does not exist"))
    }

    pub fn undefined_schema(name: &impl std::fmt::Display) -> Self {
        SqlError::product("3F000", format!("schema \"{name}\" does not exist"))
    }

    pub fn undefined_column(name: &impl std::fmt::Display) -> Self {
        SqlError::product("42703", format!("column \"{name}\" does not exist"))
    }
}

impl std::fmt::Display for SqlError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ERROR {} {}", self.kind.state(), self.kind.message())
    }
}

impl std::error::Error for SqlError {}
