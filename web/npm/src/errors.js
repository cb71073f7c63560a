// What can go wrong, by whose word: the warehouse's, AWS's, or ours.

/** Every error of this package. `code` is for programs, `message` and `hint` are for people. */
export class SandshiftError extends Error {
  constructor(message, code, hint = undefined) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.hint = hint ?? undefined;
  }
}

/** A statement failed, in the product's words. */
export class SqlError extends SandshiftError {
  /** `failure` is the protocol's SqlFailure. */
  constructor(failure, statement, statements) {
    super(failure.message, failure.state, failure.hint ?? failure.why?.smallestGrant);
    this.sqlstate = failure.state;
    this.detail = failure.detail ?? undefined;
    this.line = failure.line ?? undefined;
    this.span = failure.span ?? undefined;
    this.why = failure.why ?? undefined;
    this.statement = statement;
    this.statements = statements;
  }
}

/** A call to AWS was refused, never sent, or is not simulated. */
export class AwsError extends SandshiftError {
  /** `failure` is the protocol's CallFailure. */
  constructor(failure) {
    super(failure.message, failure.code);
    this.operation = failure.operation;
    this.kind = failure.kind;
    this.denial = failure.denial ?? undefined;
  }
}

/** The engine, its worker or its store; or a use of this package that it does not know. */
export class EngineError extends SandshiftError {}
