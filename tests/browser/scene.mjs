// One thing after another that a browser test does: each told with its time, counted, and none stopping the next.

let passed = 0;
let failed = 0;

/** Plays a scene; what it throws is told and is a failure. */
export async function scene(name, play) {
  const begun = Date.now();
  try {
    await play();
    passed += 1;
    console.log(`ok      ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack ?? error}${error.cause ? `\n${error.cause}` : ""}`);
  }
}

/** How many have failed so far. */
export const failures = () => failed;

/** The last line of a test, and its exit code. */
export function verdict() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}
