// Nothing that was acknowledged is ever lost, and nothing is ever there by half: `node crash.mjs SITE [ROUNDS] [SEED]`.
//
// In each round a worker opens the workspace and is given work (a transaction over two tables, a load, a snapshot, a
// training); at a random moment it is ended, or its tab is closed. The next one must find every statement whose end
// was told, and of the one that was under way all or nothing. The test keeps the ledger; the page is not involved,
// because it only passes on what the worker says.
import assert from "node:assert/strict";
import { openBrowser } from "./chromium.mjs";
import { random } from "./random.mjs";
import { nameOf, serve } from "./site.mjs";

const [folder, rounds = "200", asked] = process.argv.slice(2);
const seed = Number(asked ?? Date.now() % 1_000_000_007);
const chance = random(seed);
const ROLE = "arn:aws:iam::123456789012:role/Redshift-ML";
const LOADED = 8000;
/** An upload of more than one piece that is stored in more than one place. */
const [PIECE, PIECES] = [3_000_000, 3];
const CSV = Array.from({ length: LOADED }, (_, at) => `${at},row ${at}`).join("\n");

const site = await serve(folder);
const script = `${site.address}${nameOf(folder, "worker.js")}`;
const { context, close } = await openBrowser({ serviceWorkers: "block" });
let page;

/** A page of the site without its scripts, which can talk to a worker. */
async function openTab() {
  page = await context.newPage();
  await page.route("**/empty.html", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>crash</title>" }));
  await page.goto(`${site.address}empty.html`);
  await page.evaluate((address) => {
    globalThis.begin = () => {
      const worker = new Worker(address, { type: "module" });
      let last = 0;
      const waiting = new Map();
      worker.onerror = (event) => [...waiting.values()].forEach(({ reject }) => reject(new Error(event.message ?? "the worker failed")));
      worker.onmessage = ({ data }) => {
        const { id, event } = JSON.parse(typeof data === "string" ? data : data[0]);
        const asked = waiting.get(id);
        if (!event || !asked) return;
        asked.events.push(event);
        if (["opened", "finished", "awsDone", "called", "callFailed", "timePassed", "rows", "kept", "failed", "unreadable", "recovered"].includes(event.type)) {
          waiting.delete(id);
          asked.resolve(asked.events);
        }
      };
      globalThis.worker = worker;
      globalThis.timed = async (request) => {
        const begun = performance.now();
        return [await globalThis.ask(request), performance.now() - begun];
      };
      const post = (request, bytes) => new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject, events: [] });
        const text = JSON.stringify({ id: last, request });
        worker.postMessage(bytes ? [text, bytes] : text, bytes ? [bytes.buffer] : []);
      });
      // As the console puts a long file: pieces that are answered one by one, then the call.
      const carry = async ({ upload, key, piece, pieces }) => {
        for (let at = 0; at < pieces; at += 1) {
          await post({ type: "piece", upload, at: at * piece, total: piece * pieces }, new Uint8Array(piece).fill(65 + at));
        }
        const parameters = { Bucket: "crash-bucket", Key: key };
        return post({ type: "call", call: { principal: "learner", service: "s3api", operation: "PutObject", parameters, upload } });
      };
      globalThis.ask = (request) => (request.type === "carry" ? carry(request) : post(request));
    };
  }, script);
}

async function ask(request) {
  const events = await page.evaluate((each) => globalThis.ask(each), request);
  const bad = events.find(({ type }) => ["failed", "unreadable", "recovered", "statementFailed"].includes(type));
  const refused = events.find(({ type, code }) => type === "callFailed" || (type === "awsDone" && code !== 0));
  assert.equal(bad ?? refused, undefined, `${JSON.stringify(request).slice(0, 300)}\n${JSON.stringify(bad ?? refused)}`);
  return events;
}

const sql = (text) => ({ type: "run", user: "admin", text });
const aws = (line) => ({ type: "aws", principal: "learner", line: `aws ${line}` });

async function start() {
  await page.evaluate(() => globalThis.begin());
  const [opened] = await ask({ type: "open", workspace: "crash", lab: null });
  assert.equal(opened.storage.type, "kept", JSON.stringify(opened.storage));
}

/** First cells of every row. */
async function column(text) {
  const events = await ask(sql(text));
  const { result } = events.find(({ type }) => type === "statementDone");
  if (result.rows.first.length === result.rows.count) return result.rows.first.map(([cell]) => cell);
  const [{ rows }] = await ask({ type: "rows", result: result.rows.result, from: 0, count: result.rows.count });
  return rows.map(([cell]) => cell);
}

async function prepare() {
  await ask({ type: "upload", path: "/data/crash.csv", text: CSV });
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: ["redshift.amazonaws.com", "sagemaker.amazonaws.com"] }, Action: "sts:AssumeRole" }],
  });
  for (const line of [
    "s3 mb s3://crash-bucket",
    "s3 cp /data/crash.csv s3://crash-bucket/crash.csv",
    `iam create-role --role-name Redshift-ML --assume-role-policy-document '${trust}'`,
    "iam attach-role-policy --role-name Redshift-ML --policy-arn arn:aws:iam::aws:policy/AmazonSageMakerFullAccess",
    "iam attach-role-policy --role-name Redshift-ML --policy-arn arn:aws:iam::aws:policy/AmazonS3FullAccess",
    `redshift modify-cluster-iam-roles --cluster-identifier course-cluster --add-iam-roles ${ROLE} --default-iam-role-arn ${ROLE}`,
  ]) {
    await ask(aws(line));
  }
  await ask(sql(`CREATE SCHEMA crash;
CREATE TABLE crash.one (n INT);
CREATE TABLE crash.other (n INT);
CREATE TABLE crash.loads (n INT);
CREATE TABLE crash.loaded (a INT, b VARCHAR(20));
CREATE TABLE crash.points AS SELECT n, n % 10 AS a, (n * 7) % 13 AS b FROM generate_series(1, 3000) AS s(n);`));
}

/** What a round does; `found` gives the numbers of those that are there, after looking that none is there by half. */
const KINDS = {
  commit: {
    request: (n) => sql(`BEGIN; INSERT INTO crash.one VALUES (${n}); DELETE FROM crash.other WHERE n = -1; INSERT INTO crash.other VALUES (${n}); COMMIT;`),
    found: async () => {
      const one = await column("SELECT n FROM crash.one ORDER BY n");
      assert.deepEqual(one, await column("SELECT n FROM crash.other ORDER BY n"), "half of a transaction is there");
      return one;
    },
  },
  load: {
    request: (n) => sql(`BEGIN; COPY crash.loaded FROM 's3://crash-bucket/crash.csv' IAM_ROLE '${ROLE}' CSV; INSERT INTO crash.loads VALUES (${n}); COMMIT;`),
    found: async () => {
      const loads = await column("SELECT n FROM crash.loads ORDER BY n");
      const [rows] = await column("SELECT COUNT(*) FROM crash.loaded WHERE b = 'row ' || a::varchar");
      assert.equal(Number(rows), loads.length * LOADED, "half of a load is there");
      return loads;
    },
  },
  snapshot: {
    request: (n) => aws(`redshift create-cluster-snapshot --cluster-identifier course-cluster --snapshot-identifier crash-${n}`),
    found: async () => {
      const [{ stdout }] = await ask(aws("redshift describe-cluster-snapshots --snapshot-type manual --query Snapshots[].SnapshotIdentifier --output json"));
      return JSON.parse(stdout).map((name) => name.replace("crash-", ""));
    },
  },
  upload: {
    request: (n) => ({ type: "carry", upload: n, key: `up/${n}`, piece: PIECE, pieces: PIECES }),
    found: async () => {
      const [{ stdout }] = await ask(aws("s3api list-objects-v2 --bucket crash-bucket --prefix up/ --query Contents[].[Key,Size] --output json"));
      const [{ stdout: parts }] = await ask(aws("s3api list-multipart-uploads --bucket crash-bucket"));
      assert.equal(parts.trim(), "", "half of an upload is there");
      return (JSON.parse(stdout) ?? []).map(([key, size]) => {
        assert.equal(size, PIECE * PIECES, "half of an upload is there");
        return key.replace("up/", "");
      });
    },
  },
  training: {
    request: (n) => sql(`CREATE MODEL crash.m${n} FROM crash.points FUNCTION f${n} IAM_ROLE default AUTO OFF MODEL_TYPE KMEANS PREPROCESSORS 'none' HYPERPARAMETERS DEFAULT EXCEPT (K '3') SETTINGS (S3_BUCKET 'crash-bucket');`),
    found: () => column("SELECT substring(model_name, 2) FROM stv_ml_model_info WHERE schema_name = 'crash'"),
  },
};
const NAMES = Object.keys(KINDS);
const ledger = Object.fromEntries(NAMES.map((name) => [name, { told: [], under: [], took: 40 }]));
const counts = { lost: 0, kept: 0, inFlight: 0, told: 0, workers: 0, tabs: 0 };

async function look(name) {
  const { told, under } = ledger[name];
  const found = new Set((await KINDS[name].found()).map(Number));
  for (const n of told) assert.ok(found.has(n), `${name} ${n} was told and is gone`);
  const expected = new Set([...told, ...under]);
  for (const n of found) assert.ok(expected.has(n), `${name} ${n} was never begun`);
  // What was under way has become one or the other, for good.
  for (const n of under.splice(0)) {
    if (found.has(n)) {
      told.push(n);
      counts.kept += 1;
    } else {
      counts.lost += 1;
    }
  }
}

async function round(number) {
  const name = NAMES[Math.floor(chance() * NAMES.length)];
  const kind = ledger[name];
  // One that is surely told, so that something stands to be lost, and one that is cut off.
  const n = number * 2;
  await ask(KINDS[name].request(n));
  kind.told.push(n);
  counts.told += 1;
  // One snapshot of a cluster is made at a time, and an account has twenty.
  if (name === "snapshot") {
    await ask({ type: "advance", micros: 3_600_000_000 });
    while (kind.told.length > 8) await ask(aws(`redshift delete-cluster-snapshot --snapshot-identifier crash-${kind.told.shift()}`));
  }
  if (name === "upload") {
    while (kind.told.length > 1) await ask(aws(`s3 rm s3://crash-bucket/up/${kind.told.shift()}`));
  }
  kind.under.push(n + 1);
  const closesTab = chance() < 0.3;
  const told = await page.evaluate(
    ([request, delay, ends]) => new Promise((resolve) => {
      let told;
      globalThis.timed(request).then(([events, took]) => {
        if (!events.some(({ type, code }) => type === "statementFailed" || type === "callFailed" || type === "failed" || code > 0)) told = took;
      }, () => {});
      const end = () => {
        if (ends) globalThis.worker.terminate();
        resolve(told);
      };
      // A timer has steps of milliseconds; the moments right after the message count too.
      if (delay < 1) end();
      else setTimeout(end, delay);
    }),
    [KINDS[name].request(n + 1), chance() * kind.took * 1.3, !closesTab],
  );
  // How long it takes is what the moments are chosen by; one that was cut off says that it may take longer.
  kind.took = told === undefined ? kind.took * 1.03 : kind.took * 0.6 + told * 0.4;
  if (told !== undefined) kind.told.push(...kind.under.splice(0));
  counts[told === undefined ? "inFlight" : "told"] += 1;
  counts[closesTab ? "tabs" : "workers"] += 1;
  if (closesTab) {
    await page.close();
    await openTab();
  }
  await start();
  await look(name);
  if (name === "snapshot") await ask({ type: "advance", micros: 3_600_000_000 });
  // What the round did not touch has no reason to change; all of it is looked at now and then.
  if (number % 20 === 0) for (const each of NAMES) await look(each);
}

const begun = Date.now();
console.log(`seed ${seed}`);
try {
  await openTab();
  await start();
  await prepare();
  for (let number = 1; number <= Number(rounds); number += 1) {
    try {
      await round(number);
    } catch (error) {
      throw new Error(`round ${number} of seed ${seed}`, { cause: error });
    }
  }
  for (const name of NAMES) await look(name);
  const { workers, tabs, inFlight, kept, lost, told } = counts;
  console.log(`ok      ${workers} workers ended and ${tabs} tabs closed, ${inFlight} of them in the middle of something: ${kept} had just been stored, ${lost} had not; none by half`);
  console.log(`        ${told} acknowledged, all there; took ${NAMES.map((name) => `${name} ${ledger[name].took.toFixed(0)} ms`).join(", ")}; ${((Date.now() - begun) / 1000).toFixed(0)} s`);
  assert.ok(inFlight >= Number(rounds) / 4, "too few were cut off in the middle: the moments are badly chosen");
  console.log("1 passed, 0 failed");
} catch (error) {
  console.log(`FAILED  ${error.stack}\n${error.cause?.stack ?? ""}`);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
} finally {
  await close();
  site.close();
}
