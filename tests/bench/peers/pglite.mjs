// PGlite, PostgreSQL in WebAssembly. Runs in the browser.
import { PGlite } from "@electric-sql/pglite";

export async function open() {
  const database = await PGlite.create();
  const run = async (sql) => {
    const begun = performance.now();
    const { rows } = await database.query(sql, [], { rowMode: "array" });
    return { ms: performance.now() - begun, rows };
  };
  return {
    run,
    async load(table, text) {
      await run(`CREATE TABLE ${table.name} (${table.columns})`);
      const begun = performance.now();
      await database.query(`COPY ${table.name} FROM '/dev/blob' WITH (FORMAT csv, HEADER true)`, [], { blob: new Blob([text]) });
      const ms = performance.now() - begun;
      await run(`CREATE INDEX ON ${table.name} (sessionid)`);
      await run(`ANALYZE ${table.name}`);
      return ms;
    },
    close: () => database.close(),
  };
}
