// duckdb-wasm in its worker, the "eh" build that current browsers take. Runs in the browser.
import * as duckdb from "@duckdb/duckdb-wasm";

export async function open() {
  const dist = new URL("./node_modules/@duckdb/duckdb-wasm/dist/", import.meta.url);
  const worker = new Worker(new URL("duckdb-browser-eh.worker.js", dist));
  const database = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), worker);
  await database.instantiate(new URL("duckdb-eh.wasm", dist).href);
  const connection = await database.connect();
  const run = async (sql) => {
    const begun = performance.now();
    const table = await connection.query(sql);
    const rows = table.toArray().map((row) => Object.values(row.toJSON()));
    return { ms: performance.now() - begun, rows };
  };
  return {
    run,
    async load(table, text) {
      await database.registerFileText(table.file, text);
      await run(`CREATE TABLE ${table.name} (${table.columns})`);
      return (await run(`INSERT INTO ${table.name} SELECT * FROM read_csv('${table.file}', header = true)`)).ms;
    },
    close: () => worker.terminate(),
  };
}
