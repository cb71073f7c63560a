// What a learner takes out of the page: a submission, which `labs grade` replays into marks, and the scripts for a real
// account. `node handing_in.mjs SITE PROGRAM`, PROGRAM being what `cargo xtask labs` runs.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openBrowser } from "./chromium.mjs";
import { Learner } from "./learner.mjs";
import { scene, verdict } from "./scene.mjs";
import { serve } from "./site.mjs";
import { scripts } from "./transcript.mjs";

const [site, program] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "sandshift-handed-"));
const course = fileURLToPath(new URL("../../lessons/labs", import.meta.url));
const [lab] = JSON.parse(execFileSync(program, ["labs", "describe", course], { encoding: "utf8", maxBuffer: 1 << 26 }));
const STEPS = 2;
const LEARNER = '=HYPERLINK("x"), 김민지';
const SAYS = {
  en: { submit: /Make a submission/, take: /as AWS scripts/ },
  ko: { submit: /제출 파일/, take: /AWS 스크립트/ },
};

const { address, close: stop } = await serve(site);
for (const language of ["en", "ko"]) {
  const { context, close } = await openBrowser({ viewport: { width: 1440, height: 900 }, locale: language, serviceWorkers: "block", acceptDownloads: true });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(20_000);
  page.on("dialog", (dialog) => void dialog.accept(LEARNER));
  const learner = new Learner(page, language);
  const saved = async (what, name) => {
    const menu = page.locator("#menu-workspace");
    if (!(await menu.evaluate((node) => node.open))) await menu.locator("summary").click();
    const [download] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), menu.locator(".menu-item", { hasText: SAYS[language][what] }).click()]);
    const path = join(folder, `${language}-${name}`);
    await download.saveAs(path);
    return path;
  };
  let handed;

  await scene(`${language}: steps are walked, with what goes wrong on the way`, async () => {
    await page.goto(`${address}?lang=${language}#/lab/${lab.id}`);
    await page.locator("#step-t").waitFor();
    await learner.waitForEngine();
    await learner.run("admin", "CREATE TABLE public.mine (n INT);\nINSERT INTO public.mine VALUES (7);");
    await learner.run("admin", "SELEC 1;", { refused: true });
    await learner.aws("learner", "s3 mb s3://handed-bucket");
    await learner.aws("learner", "s3 mb s3://handed-bucket");
    for (const [at, step] of lab.steps.slice(0, STEPS).entries()) {
      for (const check of step.checks) if (check.kind.Prediction) await learner.answer(step.id, check.id, check.kind.Prediction.answer);
      for (const script of scripts(step.solution)) await learner.enter(script);
      for (const check of step.checks) if (check.kind.Question) await learner.answer(step.id, check.id, check.kind.Question.answer);
      await learner.expectPassed(step);
      if (at + 1 < STEPS) await learner.nextStep();
    }
    // What is kept of it survives the tab.
    await page.reload();
    await learner.waitForEngine();
  });
  await scene(`${language}: what is handed in comes to marks`, async () => {
    handed = await saved("submit", "kim.submission.json");
    const csv = execFileSync(program, ["labs", "grade", handed], { encoding: "utf8" });
    const rows = csv.trim().split("\n");
    assert.equal(rows[0], "file,learner,lab,step,passed,checks,of,wrong_answers,tries,refused,remark");
    assert.equal(rows.length, 1 + lab.steps.length);
    // A spreadsheet must take the name for text.
    assert.ok(rows[1].includes(`"'=HYPERLINK(""x""), 김민지"`), rows[1]);
    for (const [at, step] of lab.steps.entries()) {
      const passed = at < STEPS ? 1 : 0;
      assert.match(rows[at + 1], new RegExp(`,${lab.id},${step.id},${passed},`), rows[at + 1]);
      if (passed) assert.match(rows[at + 1], new RegExp(`,1,${step.checks.length},${step.checks.length},`), rows[at + 1]);
    }
    const [marks] = JSON.parse(execFileSync(program, ["labs", "grade", "--json", handed], { encoding: "utf8" }));
    assert.deepEqual([marks.learner, marks.lab, marks.passed, marks.of], [LEARNER, lab.id, STEPS, lab.steps.length]);
    assert.equal(marks.refused, 2);
    assert.deepEqual(marks.steps.map(({ passed }) => passed), lab.steps.map((_, at) => at < STEPS));
  });
  await scene(`${language}: what was changed is refused, and does not hide the others`, async () => {
    const changed = join(folder, "changed.json");
    const text = readFileSync(handed, "utf8");
    writeFileSync(changed, text.replace(lab.steps[0].id, "another"));
    const { status, stdout, stderr } = spawnSync(program, ["labs", "grade", changed, handed], { encoding: "utf8" });
    assert.notEqual(status, 0);
    assert.match(stderr, /changed after it was exported/);
    assert.match(stdout, new RegExp(`${lab.id},${lab.steps[0].id},1,`));
  });
  await scene(`${language}: and the same as scripts for an account of one's own`, async () => {
    const archive = await saved("take", "aws.zip");
    const out = join(folder, language);
    execFileSync("unzip", ["-q", archive, "-d", out]);
    const inside = (path) => join(out, `sandshift-${lab.id}`, path);
    for (const script of ["run.sh", "cleanup.sh", "settings.sh"]) execFileSync("bash", ["-n", inside(script)]);
    execFileSync("test", ["-x", inside("run.sh")]);
    const [ran, cleans, settings] = [readFileSync(inside("run.sh"), "utf8"), readFileSync(inside("cleanup.sh"), "utf8"), readFileSync(inside("settings.sh"), "utf8")];
    assert.match(ran, /Estimated cost: about \d+\.\d\d US dollars/);
    assert.match(ran, /Left out, because it was refused, stopped or rolled back: 2 /);
    assert.match(ran, /aws s3 mb "s3:\/\/\$\{BUCKET_HANDED_BUCKET\}"/);
    assert.equal(ran.match(/s3 mb "s3:\/\/\$\{BUCKET_HANDED_BUCKET\}"/g).length, 1);
    assert.match(cleans, /s3 rb .*BUCKET_HANDED_BUCKET/);
    assert.match(settings, /BUCKET_HANDED_BUCKET=/);
    const sent = execFileSync("grep", ["-rh", "", inside("sql")], { encoding: "utf8" });
    for (const text of ["CREATE TABLE public.mine (n INT)", "INSERT INTO public.mine VALUES (7)", "CREATE SCHEMA raw_data"]) assert.ok(sent.includes(text), text);
    assert.ok(!/SELEC 1/.test(sent));
    const sessions = readFileSync(inside("data/user_session_channel.csv"), "utf8").trim().split("\n");
    assert.equal(sessions.length, 101_521);
  });
  await close();
}
stop();
rmSync(folder, { recursive: true, force: true });
verdict();
