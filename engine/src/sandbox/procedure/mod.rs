//! CALL: a procedure on its way, one operation of its [`Program`] after the other.
//!
//! A call is a statement that owns what it works with, like any other: its transaction, the user whose rights
//! count and its variables are lent to the session for one step and taken back after it, so that dropping a call
//! half-way leaves no trace. A statement of the procedure is a statement of the sandbox, stepped in its turn.
//!
//! Read `frame` (one procedure's variables and place), `operation` (what each operation does), `caught` (errors,
//! handlers and the CONTEXT of an error), `rows` (loops over rows and cursors) and `record` (the logs).

mod caught;
mod frame;
mod operation;
mod record;
mod rows;

use std::collections::VecDeque;
use std::sync::Arc;

use self::frame::{Frame, Row};
use self::rows::Rows;
use super::Sandbox;
use super::statement::{Running, evaluation};
use crate::sorted::SortedMap;
use crate::sql::authorize;
use crate::sql::bind::{self, Scope};
use crate::sql::commands::routine::{candidates, may_execute, missing, overload};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::execute::array::array_of;
use crate::sql::execute::{Evaluation, constant};
use crate::sql::outcome::{Batch, Completion, Step};
use crate::sql::parse;
use crate::sql::plan::Field;
use crate::sql::procedure::Program;
use crate::sql::session::{Facts, Inside, SessionId, Transaction};
use crate::sql::statement::{ParsedStatement, Statement};
use crate::warehouse::access::UserId;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::QualifiedName;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::routine::RoutineKind;
use crate::warehouse::value::Value;

/// Operations between two looks at the clock.
const OPERATIONS: usize = 128;

/// Procedures that call each other (Developer Guide, "Creating a stored procedure").
const DEEPEST: usize = 16;

/// Variables as a statement of the procedure sees them.
type Variables = Arc<SortedMap<String, (Value, DataType)>>;

/// A CALL on its way.
pub(super) struct Call {
    frames: Vec<Frame>,
    /// The session was in a transaction block: the procedure may not end it.
    explicit: bool,
    /// Procedures around this call, when a procedure EXECUTEs a CALL.
    depth: usize,
    transaction: Transaction,
    /// Who called.
    user: UserId,
    /// The statement that the operation at hand waits for, and then its answer.
    child: Option<Box<Running>>,
    gathered: Gathered,
    answer: Option<Gathered>,
    /// Further statements of one EXECUTE.
    queue: VecDeque<ParsedStatement>,
    cursors: SortedMap<String, Rows>,
    unnamed: usize,
    notices: Vec<String>,
    evaluation: Option<Evaluation>,
    output: Option<Row>,
    query: i64,
    /// The transaction's number in the logs.
    number: i64,
    text: String,
}

/// What a statement of the procedure answered.
#[derive(Default)]
struct Gathered {
    first: Option<Row>,
    rows: u64,
    affected: Option<u64>,
    is_query: bool,
}

/// What an operation came to.
enum Flow {
    /// The next operation.
    On,
    /// This one again, after something else.
    Again,
    Finished,
}

impl Sandbox {
    /// Begins a CALL: finds the procedure, computes its arguments, checks EXECUTE.
    pub(super) fn begin_call(
        &mut self,
        id: SessionId,
        name: &QualifiedName,
        arguments: &[String],
        (query, transaction): (i64, i64),
        text: &str,
    ) -> SqlResult<Call> {
        let session = self.sessions.get(&id).ok_or_else(|| SqlError::bug("a call without a session"))?;
        let mut call = Call {
            frames: Vec::new(),
            explicit: !matches!(session.transaction, Transaction::None),
            depth: session.inside.depth,
            transaction: session.transaction.clone(),
            user: session.user,
            child: None,
            gathered: Gathered::default(),
            answer: None,
            queue: VecDeque::new(),
            cursors: SortedMap::new(),
            unnamed: 0,
            notices: Vec::new(),
            evaluation: None,
            output: None,
            query,
            number: transaction,
            text: text.to_owned(),
        };
        let mut given = Vec::new();
        for argument in arguments {
            let query = parse::query(&format!("SELECT {argument}"))?;
            given.push(self.argument(id, &query)?);
        }
        self.enter(&mut call, id, name, given, Vec::new())?;
        Ok(call)
    }

    /// A slice of a CALL's work.
    pub(super) fn advance_call(&mut self, running: &mut Running, mut call: Box<Call>) -> SqlResult<Step> {
        let id = running.session;
        self.lend(&mut call, id)?;
        let mut result = Ok(false);
        for _ in 0..OPERATIONS {
            let operated = match call.frames.is_empty() {
                true => self.keep_cursors(&mut call, id),
                false => self.operate(&mut call, id),
            };
            let flow = match operated {
                Err(error) => self.caught(&mut call, id, error).map(|()| Flow::On),
                flow => flow,
            };
            match flow {
                Ok(Flow::On) => {}
                Ok(Flow::Again) => break,
                Ok(Flow::Finished) if call.explicit && !call.cursors.is_empty() => {}
                Ok(Flow::Finished) => {
                    result = Ok(true);
                    break;
                }
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        self.take_back(&mut call, id);
        match result {
            Ok(false) => {
                running.continue_call(call);
                Ok(match self.wait_of(id) {
                    Some(wait) => Step::Waiting(Box::new(wait)),
                    None => Step::Running(Default::default()),
                })
            }
            Ok(true) => Ok(self.finish_call(running, *call)),
            Err(mut error) => {
                self.record_call(&call, id, true);
                error.span = None;
                error.around.splice(0..0, call.notices);
                Err(error)
            }
        }
    }

    fn finish_call(&mut self, running: &mut Running, call: Call) -> Step {
        self.record_call(&call, running.session, false);
        if call.explicit
            && let Some(session) = self.sessions.get_mut(&running.session)
        {
            session.transaction = call.transaction;
        }
        let row = call.output.unwrap_or_default();
        let field = |(name, data_type, _): &(String, DataType, Value)| Field {
            qualifier: None,
            name: name.clone(),
            data_type: *data_type,
        };
        let fields: Vec<Field> = row.iter().map(field).collect();
        let answers = !row.is_empty();
        running.finish_call(Completion {
            tag: "CALL".to_owned(),
            fields: answers.then_some(fields),
            notices: call.notices,
            ..Completion::default()
        });
        if !answers {
            return Step::Running(Default::default());
        }
        let column = |(_, data_type, value): &(String, DataType, Value)| {
            array_of(std::slice::from_ref(value), *data_type)
        };
        Step::Rows(Batch { columns: row.iter().map(column).collect(), rows: 1 })
    }

    /// A call that is given up: the settings its procedures changed for themselves go back.
    pub(super) fn drop_call(&mut self, call: &mut Call, id: SessionId) {
        self.record_call(call, id, true);
        while let Some(frame) = call.frames.pop() {
            self.restore_settings(&frame, id);
        }
    }

    fn lend(&mut self, call: &mut Call, id: SessionId) -> SqlResult<()> {
        let user = call.effective_user();
        let depth = call.depth + call.frames.len();
        let session = self.sessions.get_mut(&id).ok_or_else(|| SqlError::bug("a call without a session"))?;
        std::mem::swap(&mut session.transaction, &mut call.transaction);
        session.user = user;
        session.inside = Inside { variables: Arc::default(), depth };
        Ok(())
    }

    fn take_back(&mut self, call: &mut Call, id: SessionId) {
        self.forget_evaluation(call, id);
        let Some(session) = self.sessions.get_mut(&id) else { return };
        std::mem::swap(&mut session.transaction, &mut call.transaction);
        session.user = call.user;
        session.inside = Inside { variables: Arc::default(), depth: call.depth };
        session.snapshot = match &call.transaction {
            Transaction::Open { base, facts, .. } if facts.has_snapshot => Some(base.version),
            _ => None,
        };
    }

    /// The manifest that a statement would read now.
    fn readable(&self, id: SessionId) -> SqlResult<Arc<Manifest>> {
        let session = self.sessions.get(&id).ok_or_else(|| SqlError::bug("a call without a session"))?;
        Ok(match &session.transaction {
            Transaction::Open { working, .. } => working.clone(),
            Transaction::None | Transaction::Aborted if session.temporary.is_empty() => {
                self.warehouse.committed.clone()
            }
            Transaction::None | Transaction::Aborted => {
                let mut manifest = (*self.warehouse.committed).clone();
                session.temporary.put_into(&mut manifest, &session.database);
                Arc::new(manifest)
            }
        })
    }

    fn open_transaction(&mut self, id: SessionId) {
        let now = self.clock.now();
        self.warehouse.next_transaction += 1;
        let number = self.warehouse.next_transaction as i64;
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let mut manifest = (*self.warehouse.committed).clone();
        session.temporary.put_into(&mut manifest, &session.database);
        let manifest = Arc::new(manifest);
        let facts = Facts { number, ..Facts::default() };
        session.transaction = Transaction::open(manifest, now, facts, &session.settings);
    }

    /// After whatever ended the transaction: procedures that run in one go on in a new one.
    fn reopen(&mut self, call: &Call, id: SessionId) {
        let ended = self
            .sessions
            .get(&id)
            .is_some_and(|session| !matches!(session.transaction, Transaction::Open { .. }));
        if !ended {
            return;
        }
        if call.explicit || call.frames.iter().any(|frame| frame.owns) {
            self.open_transaction(id);
        } else if let Some(session) = self.sessions.get_mut(&id) {
            session.transaction = Transaction::None;
        }
    }

    /// One argument of a CALL at the outermost level. A literal keeps having no type.
    fn argument(&mut self, id: SessionId, query: &crate::sql::syntax::Query) -> SqlResult<(Value, DataType)> {
        let manifest = self.readable(id)?;
        let now = self.clock.now();
        let session = self.sessions.get(&id).ok_or_else(|| SqlError::bug("a call without a session"))?;
        let scope = Scope { manifest: &manifest, session, statement_text: "", outside: None };
        match bind::value(query, scope)? {
            Some(expression) => {
                let data_type = expression.data_type();
                Ok((constant(&expression, &mut evaluation(session, &manifest, now))?, data_type))
            }
            None => {
                authorize::authorize(&bind::query(query, scope)?.needs, &manifest, session)?;
                Err(SqlError::product("0A000", "cannot use subquery in CALL argument"))
            }
        }
    }

    /// Enters the procedure that the types of `given` choose.
    fn enter(
        &mut self,
        call: &mut Call,
        id: SessionId,
        name: &QualifiedName,
        given: Vec<(Value, DataType)>,
        outputs: Vec<Option<crate::sql::procedure::Target>>,
    ) -> SqlResult<()> {
        if call.depth + call.frames.len() >= DEEPEST {
            // Text unconfirmed; the limit is the guide's.
            let message = format!("stored procedure nesting level exceeds the limit of {DEEPEST}");
            return Err(SqlError::product("54001", message));
        }
        let manifest = self.readable(id)?;
        let session = self.sessions.get(&id).ok_or_else(|| SqlError::bug("a call without a session"))?;
        let scope = Scope { manifest: &manifest, session, statement_text: "", outside: None };
        let path = bind::search_path(scope);
        let found = candidates(name, &manifest, session.user, &session.database, &path)?;
        let types: Vec<DataType> = given.iter().map(|(_, data_type)| *data_type).collect();
        let Some(routine) = overload(&found, &types, &bind::implicit) else {
            return Err(missing("procedure", name, &types));
        };
        let RoutineKind::Procedure { nonatomic, settings, .. } = &routine.kind else {
            let message = format!("{} is not a procedure", routine.signature());
            return Err(SqlError::new(SqlErrorKind::Product {
                state: "42809",
                message,
                detail: None,
                hint: Some("To call a function, use SELECT.".to_owned()),
            }));
        };
        may_execute(&routine, &manifest, session.user)?;
        let program: Arc<Program> =
            Arc::new(parse::program(&routine.body, &routine.name, &routine.arguments, session.name_case())?);
        let lent = matches!(session.transaction, Transaction::Open { .. });
        let at_first = call.frames.is_empty() && !call.explicit;
        let owns = !nonatomic && if call.frames.is_empty() { at_first } else { !lent };
        let mut frame = Frame::new(routine.clone(), program, owns, outputs);
        let now = self.clock.now();
        let mut evaluation = evaluation(session, &manifest, now);
        frame.take_arguments(given, &mut evaluation)?;
        if owns {
            if call.frames.is_empty() {
                // Not lent to the session yet: the first step will.
                let mut manifest = (*self.warehouse.committed).clone();
                session.temporary.put_into(&mut manifest, &session.database);
                let manifest = Arc::new(manifest);
                let facts = Facts { number: call.number, ..Facts::default() };
                call.transaction = Transaction::open(manifest, now, facts, &session.settings);
            } else {
                self.open_transaction(id);
            }
        }
        for (name, value) in settings {
            if let Err(error) = self.change_setting(&mut frame, name, value, id) {
                self.restore_settings(&frame, id);
                return Err(error);
            }
        }
        call.frames.push(frame);
        if call.frames.len() > 1 {
            let user = call.effective_user();
            self.forget_evaluation(call, id);
            if let Some(session) = self.sessions.get_mut(&id) {
                session.user = user;
            }
        }
        Ok(())
    }

    fn change_setting(&mut self, frame: &mut Frame, name: &str, value: &str, id: SessionId) -> SqlResult<()> {
        let values: Vec<String> = value.split(',').map(|part| part.trim().to_owned()).collect();
        let now = self.sessions.get(&id).and_then(|session| session.settings.get(name)).map(String::as_str);
        let value = crate::sql::parameter::value(name, &values, now)?;
        if let Some(session) = self.sessions.get_mut(&id) {
            let old = session.settings.get(name).cloned();
            session.set(name, Some(value), false);
            frame.settings.push((name.to_owned(), old));
        }
        Ok(())
    }

    fn restore_settings(&mut self, frame: &Frame, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else { return };
        for (name, old) in frame.settings.iter().rev() {
            session.set(name, old.clone(), false);
        }
    }

    /// Starts a statement that the operation at hand waits for.
    fn run_statement(
        &mut self,
        call: &mut Call,
        id: SessionId,
        statement: &ParsedStatement,
        variables: Variables,
    ) -> SqlResult<()> {
        let running = self.start_inner(call, id, statement, variables)?;
        call.gathered =
            Gathered { is_query: matches!(statement.statement, Statement::Query(_)), ..Gathered::default() };
        call.child = Some(Box::new(running));
        Ok(())
    }

    fn start_inner(
        &mut self,
        call: &mut Call,
        id: SessionId,
        statement: &ParsedStatement,
        variables: Variables,
    ) -> SqlResult<Running> {
        match &statement.statement {
            Statement::Truncate { .. } => {
                call.must_not_be_atomic("TRUNCATE")?;
                call.cursors = SortedMap::new();
            }
            // The rule is the guide's ("Stored procedure limitations"), the words are unconfirmed.
            Statement::Prepare { .. } | Statement::Set { local: true, .. } => {
                let what = if matches!(statement.statement, Statement::Prepare { .. }) {
                    "PREPARE"
                } else {
                    "SET LOCAL"
                };
                return Err(SqlError::product(
                    "0A000",
                    format!("{what} cannot be executed from a procedure"),
                ));
            }
            Statement::Begin { .. } => {
                // Text unconfirmed: PostgreSQL's.
                return Err(SqlError::product("0A000", "cannot begin a transaction in PL/pgSQL"));
            }
            // In a text alone: the procedure's own are operations. The rule is the guide's ("Dynamic SQL"), the words
            // PostgreSQL's, unconfirmed.
            Statement::Commit | Statement::Rollback => {
                return Err(SqlError::product("0A000", "EXECUTE of transaction commands is not implemented"));
            }
            _ => {}
        }
        self.forget_evaluation(call, id);
        if let Some(session) = self.sessions.get_mut(&id) {
            session.inside.variables = variables;
        }
        let started = self.start(id, statement);
        if let Some(session) = self.sessions.get_mut(&id) {
            session.inside.variables = Arc::default();
        }
        started
    }

    /// What expressions may ask about their surroundings, made once for a while.
    fn lend_evaluation<'c>(&mut self, call: &'c mut Call, id: SessionId) -> SqlResult<&'c mut Evaluation> {
        if call.evaluation.is_none() {
            let manifest = self.readable(id)?;
            let now = self.clock.now();
            let session = self.sessions.get(&id).ok_or_else(|| SqlError::bug("a call without a session"))?;
            call.evaluation = Some(evaluation(session, &manifest, now));
        }
        call.evaluation.as_mut().ok_or_else(|| SqlError::bug("an evaluation that was just made"))
    }

    /// Keeps the session's random numbers and lets the rest go.
    fn forget_evaluation(&mut self, call: &mut Call, id: SessionId) {
        if let Some(evaluation) = call.evaluation.take()
            && let Some(session) = self.sessions.get_mut(&id)
        {
            session.random = evaluation.random;
        }
    }
}

impl Call {
    /// The caller, or the owner of the innermost SECURITY DEFINER procedure.
    fn effective_user(&self) -> UserId {
        let definer = self.frames.iter().rev().find_map(|frame| match frame.routine.kind {
            RoutineKind::Procedure { definer: true, .. } => Some(frame.routine.owner),
            _ => None,
        });
        definer.unwrap_or(self.user)
    }

    /// COMMIT, ROLLBACK and TRUNCATE end the transaction, which is not always the procedure's to end.
    fn must_not_be_atomic(&self, what: &str) -> SqlResult<()> {
        if !self.explicit && self.frames.iter().all(|frame| frame.settings.is_empty()) {
            return Ok(());
        }
        // The state is unconfirmed: PostgreSQL's for an invalid end of a transaction.
        Err(SqlError::new(SqlErrorKind::Product {
            state: "2D000",
            message: format!("{what} cannot be invoked from a procedure that is executing in an atomic context."),
            detail: None,
            hint: Some("Try calling the procedure as a top-level call i.e. not from within an explicit transaction block. Or, if this procedure (or one of its ancestors in the call chain) was created with SET config options, recreate the procedure without them.".to_owned()),
        }))
    }
}
