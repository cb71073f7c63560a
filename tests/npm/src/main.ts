// Uses the package as its types say, and leaves what it found where the test looks: `globalThis.found`.
import { tableFromIPC } from "apache-arrow";
import { AwsError, EngineError, Sandbox, SandshiftError, SqlError, type Progress, type Result } from "sandshift";

const found: Record<string, unknown> = {};

function assert(so: unknown, what: string): asserts so {
  if (!so) throw new Error(`not so: ${what}`);
}

function same(got: unknown, wanted: unknown, what: string) {
  const text = (value: unknown) => JSON.stringify(value, (_, each) => (typeof each === "bigint" ? `${each}n` : each));
  assert(text(got) === text(wanted), `${what}: ${text(got)} is not ${text(wanted)}`);
}

async function thrown<E extends SandshiftError>(kind: new (...each: never[]) => E, act: Promise<unknown>): Promise<E> {
  try {
    await act;
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error(`no ${kind.name} was thrown`);
}

const scenes: Record<string, (sandbox: Sandbox) => Promise<void>> = {
  async "values are what they are"(sandbox) {
    const { rows, columns, tag, rowCount }: Result = await sandbox.sql(`
      SELECT 1::smallint AS small, 2 AS whole, 9007199254740993::bigint AS big, 7::bigint AS fits, 1.50::numeric(10,2) AS money,
        0.5::float8 AS half, true AS yes, 'a''b' AS words, DATE '2023-05-25' AS day, TIMESTAMP '2023-05-25 09:00:00.5' AS moment,
        json_parse('{"a":[1,2]}') AS nested, NULL::int AS nothing`);
    same(rows, [{
      small: 1, whole: 2, big: 9007199254740993n, fits: 7, money: "1.50", half: 0.5, yes: true, words: "a'b", day: "2023-05-25",
      moment: "2023-05-25 09:00:00.5", nested: { a: [1, 2] }, nothing: null,
    }], "rows");
    same(columns.slice(0, 5).map(({ type }) => type), ["smallint", "integer", "bigint", "bigint", "numeric(10,2)"], "types");
    same([tag, rowCount], ["SELECT", 1], "tag and count");
    same((await sandbox.sql("SELECT 1 AS a, 2 AS a", { format: "arrays" })).rows, [[1, 2]], "arrays");
    same((await sandbox.sql("SELECT 1.0::numeric(3,1), NULL", { format: "text" })).rows, [["1.0", null]], "text");
    const scripts = await sandbox.sql("CREATE TABLE made (id int); INSERT INTO made VALUES (1), (2); SELECT COUNT(*) FROM made;");
    same(scripts.statements.map((each) => each.rowCount), [0, 2, 1], "statements");
    same(scripts.rows, [{ count: 2 }], "the last one's rows");
  },

  async "all rows of a long result"(sandbox) {
    const { rows, rowCount } = await sandbox.sql("SELECT userid FROM raw_data.user_session_channel", { format: "arrays" });
    same([rows.length, rowCount], [101520, 101520], "rows");
  },

  async "an Arrow stream that Arrow reads"(sandbox) {
    const { arrow } = await sandbox.sql(`
      SELECT 1::smallint AS s, -2 AS i, 9007199254740993::bigint AS b, -1.50::numeric(10,2) AS n, 12345678901234567890123456.78::numeric(38,2) AS wide,
        0.5::float4 AS f, 0.25::float8 AS d, true AS y, '가나' AS t, DATE '1969-12-31' AS day, TIMESTAMP '2023-05-25 09:00:00.5' AS m,
        TIMESTAMPTZ '2023-05-25 09:00:00+09' AS z, TIME '01:02:03' AS c, 'ab'::varbyte AS v
      UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
      ORDER BY 1`, { format: "arrow" });
    const table = tableFromIPC(arrow);
    same(table.schema.fields.map(({ type }) => String(type)), [
      "Int16", "Int32", "Int64", "Decimal[10e+2]", "Decimal[38e+2]", "Float32", "Float64", "Bool", "Utf8", "Date32<DAY>", "Timestamp<MICROSECOND>",
      "Timestamp<MICROSECOND, UTC>", "Time64<MICROSECOND>", "Binary",
    ], "types");
    const row = table.get(0)!;
    same([row.s, row.i, row.b, row.f, row.d, row.y, row.t], [1, -2, 9007199254740993n, 0.5, 0.25, true, "가나"], "values");
    same([Number(row.day), Number(row.m), Number(row.z), row.c], [-86400000, Date.UTC(2023, 4, 25, 9) + 500, Date.UTC(2023, 4, 25), 3723000000n], "instants");
    const words = (value: Uint32Array) => value.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
    same([BigInt.asIntN(128, words(row.n)), words(row.wide)], [-150n, 1234567890123456789012345678n], "decimals");
    same([...row.v], [97, 98], "bytes");
    assert(Object.values(table.get(1)!.toJSON()).every((value) => value === null), "the second row is all NULL");
    const long = tableFromIPC((await sandbox.sql("SELECT userid, channel FROM raw_data.user_session_channel", { format: "arrow" })).arrow);
    same([long.numRows, long.batches.length > 1], [101520, true], "rows in batches");
    const empty = tableFromIPC((await sandbox.sql("SELECT 1 AS a WHERE false", { format: "arrow" })).arrow);
    same([empty.numRows, empty.schema.names], [0, ["a"]], "an empty result");
  },

  async "errors are typed"(sandbox) {
    await sandbox.sql("CREATE USER reader PASSWORD 'Reader123'");
    const refused = await thrown(SqlError, sandbox.sql("SELECT 1;\nSELECT * FROM raw_data.user_session_channel", { user: "reader" }));
    same([refused.code, refused.sqlstate, refused.line, refused.statements.length], ["42501", "42501", 2, 1], "the refusal");
    assert(refused.message.startsWith("permission denied for schema raw_data"), refused.message);
    assert(refused.hint?.startsWith("GRANT USAGE"), String(refused.hint));
    const denied = await thrown(AwsError, sandbox.aws("s3api", "GetBucketLocation", { Bucket: "not-there-at-all" }));
    same([denied.code, denied.kind, denied.operation], ["NoSuchBucket", "refused", "GetBucketLocation"], "AWS's word");
    const wrong = await thrown(AwsError, sandbox.aws("s3api", "CreateBucket", { Bukket: "x" }));
    same(wrong.kind, "parameters", "what was never sent");
    same((await thrown(EngineError, sandbox.advance("soon"))).code, "NOT_KNOWN", "a duration");
    same((await thrown(EngineError, sandbox.import(new Uint8Array([1, 2, 3])))).code, "UNREADABLE", "a file");
    same((await thrown(EngineError, Sandbox.open({ start: "nowhere" as "empty" }))).code, "REFUSED", "a start");
  },

  async "bytes go to S3 and come back"(sandbox) {
    await sandbox.aws("s3api", "CreateBucket", { Bucket: "npm-test-bucket", CreateBucketConfiguration: { LocationConstraint: sandbox.account.region } });
    await sandbox.aws("s3api", "PutObject", { Bucket: "npm-test-bucket", Key: "a.bin", Body: new Uint8Array([0, 255, 7]) });
    const { Body } = await sandbox.aws("s3api", "GetObject", { Bucket: "npm-test-bucket", Key: "a.bin" });
    same([...(Body ?? [])], [0, 255, 7], "the object");
    // Longer than one message carries.
    const long = Uint8Array.from({ length: 20_000_003 }, (_, at) => at % 251);
    await sandbox.aws("s3api", "PutObject", { Bucket: "npm-test-bucket", Key: "long.bin", Body: long });
    const back = (await sandbox.aws("s3api", "GetObject", { Bucket: "npm-test-bucket", Key: "long.bin" })).Body ?? new Uint8Array();
    same([back.length, back.findIndex((byte, at) => byte !== long[at])], [long.length, -1], "a long object");
    await sandbox.upload("/data/words.csv", "a,b\n");
    same((await sandbox.cli("aws s3 cp /data/words.csv s3://npm-test-bucket/words.csv")).code, 0, "the terminal");
  },

  async "time passes when it is let pass"(sandbox) {
    const before = sandbox.account.now.getTime();
    const { now, happenings } = await sandbox.advance("1d 12h");
    same(now.getTime() - before, 36 * 3_600_000, "36 hours");
    assert(happenings.some(({ kind }) => kind.includes("snapshot")), JSON.stringify(happenings));
  },

  async "another cluster is another warehouse"(sandbox) {
    const first = sandbox.account.warehouse;
    await sandbox.cli("redshift create-cluster --cluster-identifier second --node-type ra3.xlplus --number-of-nodes 2 --master-username boss --master-user-password Password1");
    await sandbox.advance("1h");
    same([(await sandbox.choose("second")).status, sandbox.account.warehouse], ["available", "second"], "the choice");
    same((await thrown(SqlError, sandbox.sql("SELECT 1 FROM raw_data.user_session_channel", { user: "boss" }))).sqlstate, "3F000", "nothing in it");
    same((await thrown(EngineError, sandbox.choose("third"))).code, "NOT_KNOWN", "one that is not there");
    await sandbox.choose(first);
    same((await sandbox.sql("SELECT COUNT(1) AS n FROM raw_data.user_session_channel")).rows, [{ n: 101520 }], "back again");
  },

  async "a long statement tells, and is stopped"(sandbox) {
    const told: Progress[] = [];
    const stop = new AbortController();
    const long = sandbox.sql("SELECT COUNT(1) FROM raw_data.user_session_channel a, raw_data.user_session_channel b WHERE a.userid + b.userid < 0", {
      onProgress: (progress) => {
        told.push(progress);
        if (told.length === 2) stop.abort(new Error("long enough"));
      },
      signal: stop.signal,
    });
    // What is asked meanwhile waits, and is done.
    const next = sandbox.sql("SELECT 5 AS five");
    const reason = await long.then(() => "it ended", (error) => error.message);
    same(reason, "long enough", "the reason");
    assert(told[0]!.rows > 0 && told[0]!.elapsedMs > 0, JSON.stringify(told[0]));
    same((await next).rows, [{ five: 5 }], "the next");
  },

  async "an account goes from one sandbox to another"(sandbox) {
    await sandbox.sql("CREATE TABLE moved AS SELECT 42 AS answer");
    const file = await sandbox.export();
    const other = await Sandbox.open({ start: "empty" });
    await thrown(SqlError, other.sql("SELECT * FROM raw_data.user_session_channel"));
    await other.import(file);
    same((await other.sql("SELECT * FROM moved")).rows, [{ answer: 42 }], "what was moved");
    other.close();
    same((await thrown(EngineError, other.sql("SELECT 1"))).code, "CLOSED", "closed is closed");
  },

  async "what is to be kept is kept"(sandbox) {
    same(sandbox.storage.type, "memoryOnly", "without a name");
    const first = await Sandbox.open({ keep: "project" });
    same(first.storage, { type: "kept" }, "with a name");
    await first.sql("CREATE TABLE kept AS SELECT 1 AS one");
    first.close();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const second = await Sandbox.open({ keep: "project" });
    same((await second.sql("SELECT one FROM kept")).rows, [{ one: 1 }], "kept");
    second.close();
  },
};

const downloads: number[] = [];
const sandbox = await Sandbox.open({ onDownload: ({ loaded }) => downloads.push(loaded) });
found["it opens"] = downloads.at(-1)! > 1_000_000 ? "ok" : `downloads were told as ${downloads}`;
for (const [name, play] of Object.entries(scenes)) {
  try {
    await play(sandbox);
    found[name] = "ok";
  } catch (error) {
    found[name] = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
Object.assign(globalThis, { found });
