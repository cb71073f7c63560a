// A lab walked with the keyboard alone: Tab, arrows, Enter, Space and letters; the mouse is never touched.
import assert from "node:assert/strict";
import { scripts } from "./transcript.mjs";

const SOON = 20_000;
const READY = 60_000;
/** More stops than any screen has. */
const ROUND = 600;

class Keys {
  pressed = 0;

  constructor(page) {
    this.page = page;
  }

  async press(key) {
    this.pressed += 1;
    await this.page.keyboard.press(key);
  }

  /** Tabs on until what has the focus matches. */
  async reach(selector, text = "") {
    for (let at = 0; at < ROUND; at += 1) {
      const there = await this.page.evaluate(
        ([wanted, words]) => {
          const on = document.activeElement;
          return Boolean(on?.matches(wanted)) && (on.textContent ?? "").includes(words);
        },
        [selector, text],
      );
      if (there) {
        // Whoever sees what has the focus sees it on the screen.
        const seen = await this.page.evaluate(() => {
          const box = (document.activeElement.closest("label") ?? document.activeElement).getBoundingClientRect();
          return box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
        });
        assert.ok(seen, `${selector} has the focus outside of the screen`);
        return;
      }
      const inEditor = await this.page.evaluate(() => Boolean(document.activeElement?.closest(".cm-editor")));
      // In the editor Tab belongs to the text until Escape was pressed.
      if (inEditor) await this.press("Escape");
      await this.press("Tab");
    }
    assert.fail(`no Tab leads to ${selector} ${text}`);
  }

  async become(user) {
    const acting = await this.page.evaluate(() => document.querySelector("#menu-user .who-name")?.textContent);
    if (acting === user) return;
    await this.reach("#menu-user summary");
    await this.press("Enter");
    for (let at = 0; at < 30; at += 1) {
      await this.press("ArrowDown");
      const name = await this.page.evaluate(() => document.activeElement?.firstChild?.textContent ?? "");
      if (name === user) break;
    }
    await this.press("Enter");
    await this.page.waitForFunction((name) => document.querySelector("#menu-user .who-name")?.textContent === name, user, { timeout: SOON });
  }

  async run(user, text) {
    await this.become(user);
    await this.reach(".editor-box .cm-content");
    await this.press("ControlOrMeta+a");
    await this.press("Delete");
    await this.page.keyboard.insertText(text);
    await this.press("Escape");
    await this.press("ControlOrMeta+Enter");
    await this.page.waitForTimeout(60);
    await this.page.locator(".toolbar .btn-primary:enabled").waitFor({ state: "attached", timeout: READY });
    await this.page.waitForFunction(() => !document.querySelector('[role="tab"] .dot-busy'), undefined, { timeout: READY });
  }

  async answer(step, check, option) {
    const name = `ask-${step}-${check}`;
    await this.reach(`input[name="${name}"]`);
    await this.press("Space");
    for (let at = 0; at < 12; at += 1) {
      const chosen = await this.page.evaluate((group) => document.querySelector(`input[name="${group}"]:checked`)?.value, name);
      if (chosen === option) return;
      await this.press("ArrowDown");
    }
    assert.fail(`${option} cannot be chosen with the arrows`);
  }
}

/** From the list of labs to the lab's end; gives how many keys that took. */
export async function walkWithKeys(page, lab) {
  const keys = new Keys(page);
  await page.locator(`a[href="#/lab/${lab.id}"]`).first().waitFor({ timeout: SOON });
  await keys.reach(`a[href="#/lab/${lab.id}"]`);
  await keys.press("Enter");
  await page.locator("#step-t").waitFor({ timeout: SOON });
  await page.locator(".toolbar .btn-primary:enabled").waitFor({ state: "attached", timeout: READY });
  for (const [at, step] of lab.steps.entries()) {
    for (const check of step.checks) {
      if (check.kind.Prediction) await keys.answer(step.id, check.id, check.kind.Prediction.answer);
    }
    for (const script of scripts(step.solution)) {
      assert.equal(script.door, "sql", "this lab is walked in the editor alone");
      await keys.run(script.who, script.input);
    }
    for (const check of step.checks) {
      if (check.kind.Question) await keys.answer(step.id, check.id, check.kind.Question.answer);
    }
    await page.locator(".passed-line").waitFor({ timeout: SOON }).catch(() => assert.fail(`${step.id} is not done`));
    if (at + 1 === lab.steps.length) break;
    const title = await page.locator("#step-t").innerText();
    await keys.reach(".turn .btn-primary");
    await keys.press("Enter");
    await page.waitForFunction((before) => document.querySelector("#step-t")?.innerText !== before, title, { timeout: SOON });
  }
  return keys.pressed;
}
