/** What everything here may throw. `code` is for programs, `message` and `hint` for people. */
export class SandshiftError extends Error {
  readonly code: string;
  readonly hint?: string;
}

/** A statement failed, in the product's words. `code` is the SQLSTATE. */
export class SqlError extends SandshiftError {
  /** Five characters: `42501` is insufficient privilege, `0A000` something that is not simulated. */
  readonly sqlstate: string;
  readonly detail?: string;
  /** Line of the script, from 1. */
  readonly line?: number;
  /** Where in the script, in UTF-16 units: from, to. */
  readonly span?: [number, number];
  /** Of a refusal: which right is missing, and who may grant it. */
  readonly why?: Refusal;
  /** The statement that failed. */
  readonly statement: string;
  /** Those before it in the script, which were done. */
  readonly statements: Statement[];
}

export interface Refusal {
  user: string;
  memberOf: string[];
  chain: { right: string; objectKind: string; object: string; held: string | null }[];
  holders: string[];
  grantors: [user: string, reason: string][];
  smallestGrant: string | null;
}

/** A call to AWS failed. `code` is AWS's: `AccessDenied`, `ClusterNotFound`. */
export class AwsError extends SandshiftError {
  readonly operation: string;
  /** The service or IAM said no; the parameters do not fit; AWS does it and Sandshift does not. */
  readonly kind: "refused" | "parameters" | "notSimulated";
  /** What the policies decided, when they refused it. */
  readonly denial?: {
    principal: string;
    action: string;
    resource: string;
    policyKind: string;
    by: { policy: string; policyKind: string; number: number; sid: string | null } | null;
  };
}

/**
 * The engine, its worker or its store. `code` is `CLOSED`, `NO_WORKER`, `RESTARTED` (a defect of ours: the engine goes on
 * from what was committed), `REFUSED`, `UNREADABLE` (a workspace, stored or imported), `NO_ARROW_VALUE` or `NOT_KNOWN`.
 */
export class EngineError extends SandshiftError {}

export interface OpenOptions {
  /** Keeps the account in this browser (IndexedDB) under this name. Without it, it is gone with the page. */
  keep?: string;
  /** What a new account has in it. `course-warehouse` (the default) is the course's, with 101,520 sessions to query. */
  start?: "course-warehouse" | "empty";
  /** A worker of your own making, when `new URL("./worker.js", import.meta.url)` is not where it is. */
  worker?: Worker;
  onDownload?(progress: { loaded: number; total: number }): void;
  /** What is told without having been asked: that storage has failed, that the engine was restarted. */
  onEvent?(event: { type: string; [field: string]: unknown }): void;
}

export interface Progress {
  /** Place of the statement in the script, from 0. */
  statement: number;
  rows: number;
  total?: number;
  elapsedMs: number;
  /** The statement waits for a table that another session holds; what is asked of others is done meanwhile. */
  waiting?: { table: string; user: string; process: number; since: number };
}

export interface Column {
  name: string;
  /** `integer`, `varchar(32)`, `numeric(10,2)`, `timestamp`, ... */
  type: string;
}

/**
 * smallint, integer, real, double: number. bigint: number while that is exact, else bigint. boolean: boolean. SUPER: what
 * its JSON is. Everything else (numeric, dates and times, strings): the product's text.
 */
export type Value = null | boolean | number | bigint | string | object;

export interface Statement<Row = Record<string, Value>> {
  text: string;
  /** As psql would print it: `SELECT`, `INSERT 0 3`, `GRANT`. */
  tag: string;
  notices: string[];
  columns: Column[];
  rows: Row[];
  /** An Arrow IPC stream; only with `format: "arrow"`, and `rows` is empty then. */
  arrow?: Uint8Array;
  /** Rows answered, or rows affected. */
  rowCount: number;
  elapsedMs: number;
  blocksRead: number;
  blocksSkipped: number;
}

/** What the last statement of a script answered, and what each did. */
export type Result<Row = Record<string, Value>> = Statement<Row> & { statements: Statement<Row>[] };

export interface SqlOptions {
  /** A user of the warehouse; `admin` when not said. Each has a session of its own. */
  user?: string;
  onProgress?(progress: Progress): void;
  /** Rows handed out of each result at most; `rowCount` still tells of all. */
  maxRows?: number;
  /** Stops the script; the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

export interface Account {
  now: Date;
  users: { name: string; superuser: boolean; groups: string[]; roles: string[] }[];
  /** IAM users. */
  principals: string[];
  clusterStatus: string;
  /** The cluster or workgroup that `sql` talks to. */
  warehouse: string;
  warehouses: Warehouse[];
  region: string;
  /** What everything so far would have cost on AWS, in dollars. */
  bill: number;
}

export interface Warehouse {
  name: string;
  serverless: boolean;
  /** As the API says it: `available`, `paused`, ... */
  status: string;
  /** Whether clients get through. */
  answers: boolean;
  database: string;
}

export type Storage = { type: "kept" } | { type: "memoryOnly"; reason: string }
  | { type: "notSaved"; full: boolean; reason: string } | { type: "secondTab"; gone: boolean };

/** A warehouse and the AWS account around it, in a worker of its own. What is asked is done in order, one at a time. */
export class Sandbox {
  static open(options?: OpenOptions): Promise<Sandbox>;
  private constructor();

  readonly account: Account;
  readonly storage: Storage;

  sql(text: string, options?: SqlOptions & { format?: "objects" }): Promise<Result>;
  sql(text: string, options: SqlOptions & { format: "arrays" }): Promise<Result<Value[]>>;
  sql(text: string, options: SqlOptions & { format: "text" }): Promise<Result<(string | null)[]>>;
  sql(text: string, options: SqlOptions & { format: "arrow" }): Promise<Result<never> & { arrow: Uint8Array }>;

  /** Talks to the cluster or workgroup of this name from now on. */
  choose(warehouse: string): Promise<Warehouse>;

  /**
   * Calls an operation of AWS, with AWS's own parameters and answer: `aws("s3api", "ListBuckets")`. `Body` is bytes or a
   * string on the way there, bytes on the way back.
   */
  aws(
    service: string,
    operation: string,
    params?: Record<string, unknown>,
    options?: { principal?: string; region?: string },
  ): Promise<Record<string, any> & { Body?: Uint8Array }>;

  /** A line of the `aws` command, with or without that word in front. */
  cli(line: string, options?: { principal?: string }): Promise<{ stdout: string; stderr: string; code: number }>;

  /** Puts a file on the learner's machine: `cli("s3 cp /data/x.csv s3://...")` finds it. */
  upload(path: string, text: string): Promise<void>;

  /** Lets simulated time pass: `"8h"`, `"1d 12h"`, milliseconds; without it, until something happens by itself. */
  advance(duration?: string | number): Promise<{
    now: Date;
    happenings: { at: Date; kind: string; subject: string; times: number }[];
    /** Happenings before those, left out. */
    earlier: number;
  }>;

  /** The whole account as one file. */
  export(): Promise<Uint8Array>;
  /** Puts an exported account in this one's place. */
  import(file: Uint8Array | ArrayBuffer): Promise<void>;

  /** Ends the worker. What is kept stays kept. */
  close(): void;
}
