// Our engine in its worker, through the protocol that the page speaks. Runs in the browser.

const ROLE = "arn:aws:iam::123456789012:role/bench";

/** `script`: the address of the site's worker. */
export async function open(script) {
  const worker = new Worker(script, { type: "module" });
  let last = 0;
  const waiting = new Map();
  worker.onmessage = ({ data }) => {
    const { id, event } = JSON.parse(data);
    const hear = waiting.get(id);
    if (hear?.(event)) waiting.delete(id);
  };
  const ask = (request, hear) => {
    last += 1;
    const id = last;
    return new Promise((resolve, reject) => {
      waiting.set(id, (event) => {
        if (event.type === "failed") reject(new Error(event.message));
        const answer = hear(event);
        if (answer !== undefined) resolve(answer);
        return answer !== undefined || event.type === "failed";
      });
      worker.postMessage(JSON.stringify({ id, request }));
    });
  };
  await ask({ type: "open", workspace: `bench-${Math.random()}`, lab: null }, (event) => event.type === "opened" || undefined);
  const aws = async (line) => {
    const done = await ask({ type: "aws", principal: "learner", line }, (event) => (event.type === "awsDone" ? event : undefined));
    if (done.code !== 0) throw new Error(`${line}: ${done.stderr}`);
  };
  // What COPY needs of the account, once and not counted: the peers are handed their file, too.
  let ready;
  const prepare = async () => {
    const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"redshift.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
    await aws("s3 mb s3://bench-bucket");
    await aws(`iam create-role --role-name bench --assume-role-policy-document '${policy}'`);
    await aws("iam attach-role-policy --role-name bench --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess");
    await aws("iam attach-role-policy --role-name bench --policy-arn arn:aws:iam::aws:policy/AWSGlueConsoleFullAccess");
    await aws(`redshift modify-cluster-iam-roles --cluster-identifier course-cluster --add-iam-roles ${ROLE}`);
  };

  // Time counts until the answer is there; what is stored afterwards is waited for and not counted.
  const run = async (text) => {
    const begun = performance.now();
    let answer;
    await ask({ type: "run", user: "admin", text }, (event) => {
      if (event.type === "statementFailed") answer = { error: `${event.error.state} ${event.error.message}` };
      if (event.type === "statementDone") answer = { ms: performance.now() - begun, at: performance.now(), rows: event.result.rows?.first ?? [] };
      return event.type === "finished" ? true : undefined;
    });
    if (answer?.error) throw new Error(`${text}: ${answer.error}`);
    return answer;
  };
  const copy = async (table) => {
    const { ms } = await run(
      `COPY ${table.name} FROM 's3://bench-bucket/${table.file}' IAM_ROLE '${ROLE}' CSV IGNOREHEADER 1 TIMEFORMAT 'auto'`,
    );
    return ms;
  };
  return {
    run,
    async load(table, text) {
      await (ready ??= prepare());
      await ask({ type: "upload", path: `/data/${table.file}`, text }, (event) => event.type === "kept" || undefined);
      await aws(`s3 cp /data/${table.file} s3://bench-bucket/${table.file}`);
      await run(`CREATE TABLE ${table.name} (${table.columns})`);
      return await copy(table);
    },
    /** The same file once more into the same table. */
    loadAgain: (table) => copy(table),
    /** The same file where it lies, every value of every row looked at. */
    async scan(table) {
      await aws(`s3 cp s3://bench-bucket/${table.file} s3://bench-bucket/outside/${table.name}/${table.file}`);
      await run(`CREATE EXTERNAL SCHEMA IF NOT EXISTS outside FROM DATA CATALOG DATABASE 'bench' IAM_ROLE '${ROLE}' CREATE EXTERNAL DATABASE IF NOT EXISTS`);
      const form = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' STORED AS TEXTFILE";
      const place = `LOCATION 's3://bench-bucket/outside/${table.name}/' TABLE PROPERTIES ('skip.header.line.count'='1')`;
      await run(`CREATE EXTERNAL TABLE outside.${table.name} (${table.columns}) ${form} ${place}`);
      const columns = table.columns.split(", ").map((column) => `MAX(${column.split(" ")[0]})`);
      return (await run(`SELECT COUNT(*), ${columns.join(", ")} FROM outside.${table.name}`)).ms;
    },
    close: () => worker.terminate(),
  };
}
