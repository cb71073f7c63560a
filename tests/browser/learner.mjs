// What a learner does with the page: reads, clicks, types. No other hook than what is on the screen.
import assert from "node:assert/strict";

const READY = 60_000;
const SOON = 20_000;

export class Learner {
  constructor(page, language) {
    this.page = page;
    this.language = language;
    this.turn = 0;
  }

  /** The engine is there: the Run button can be pressed. */
  async waitForEngine() {
    await this.page.locator(".toolbar .btn-primary:enabled").waitFor({ state: "attached", timeout: READY });
  }

  async openLab(id) {
    await this.page.locator(`a[href="#/lab/${id}"]`).first().click();
    await this.page.locator("#step-t").waitFor({ timeout: SOON });
  }

  /** Who runs the next statement; by the bar's menu with the keyboard, or by the buttons above the editor. */
  async become(user) {
    const chooser = this.page.locator(".toolbar .seg button", { hasText: new RegExp(`^${user}$`) });
    const list = this.page.locator(".toolbar select.who-select").first();
    if (this.turn++ % 2 === 1) {
      const menu = this.page.locator("#menu-user");
      await menu.locator("summary").focus();
      await this.page.keyboard.press("Enter");
      await menu.locator(".menu-item").first().waitFor();
      for (let at = 0; at < 20; at += 1) {
        await this.page.keyboard.press("ArrowDown");
        const name = await this.page.evaluate(() => document.activeElement?.firstChild?.textContent ?? "");
        if (name === user) break;
      }
      await this.page.keyboard.press("Enter");
    } else if (await list.count()) {
      await list.selectOption(user);
    } else {
      await chooser.click();
    }
    await this.page.locator("#menu-user .who-name", { hasText: new RegExp(`^${user}$`) }).waitFor({ state: "attached", timeout: SOON });
  }

  editor() {
    return this.page.locator(".editor-box .cm-content");
  }

  async editorText() {
    const lines = await this.page.locator(".editor-box .cm-line").allInnerTexts();
    return lines.map((line) => line.replace(/\u200b|\n$/g, "")).join("\n");
  }

  /** Types into an emptied editor: a short line key by key, anything longer as a paste. */
  async type(text) {
    await this.editor().click();
    await this.page.keyboard.press("ControlOrMeta+a");
    await this.page.keyboard.press("Delete");
    if (text.length < 80 && !text.includes("\n")) {
      await this.page.keyboard.type(text);
      // Completion may have opened; it is not what is tested here.
      await this.page.keyboard.press("Escape");
      await this.editor().focus();
    } else {
      await this.page.keyboard.insertText(text);
    }
  }

  /** Puts a statement of the guide into its user's editor; tells whether the guide has it. */
  async put(text) {
    const statements = this.page.locator(".guide .stmt");
    const wanted = plain(text);
    for (let at = 0; at < (await statements.count()); at += 1) {
      if (plain(await statements.nth(at).locator("pre").innerText()) !== wanted) continue;
      await statements.nth(at).locator("button").click();
      return true;
    }
    return false;
  }

  /** Runs a script as a user and waits until it is over. */
  async run(user, text, { refused = false } = {}) {
    // The editor is in a room of its own.
    if (!(await this.editor().isVisible())) await this.page.locator(".rooms a").first().click();
    await this.waitForEngine();
    const fromGuide = await this.put(text);
    if (fromGuide) {
      await this.page.locator("#menu-user .who-name", { hasText: new RegExp(`^${user}$`) }).waitFor({ state: "attached", timeout: SOON });
    } else {
      await this.become(user);
      await this.type(text);
    }
    const before = await this.page.evaluate(() => document.querySelectorAll('[role="tab"]').length);
    if (fromGuide && this.turn++ % 2 === 0) {
      await this.page.locator(".toolbar .btn-primary").click();
    } else {
      await this.editor().focus();
      await this.page.keyboard.press("Escape");
      await this.editor().focus();
      await this.page.keyboard.press("ControlOrMeta+Enter");
    }
    await this.settled(before);
    const bad = this.page.locator(".refusal");
    if (refused) {
      await bad.waitFor({ timeout: SOON });
      assert.match(await bad.innerText(), /SQLSTATE \w{5}/, `${user}: ${text}`);
    } else {
      const count = await this.page.locator('[role="tab"] .pill-bad').count();
      assert.equal(count, 0, `${user}: ${text}\n${count && (await bad.innerText().catch(() => ""))}`);
    }
  }

  /** The run is over: nothing is busy and Run can be pressed again. */
  async settled() {
    await this.page.waitForTimeout(30);
    await this.waitForEngine();
    await this.page.waitForFunction(() => !document.querySelector('[role="tab"] .dot-busy'), undefined, { timeout: READY });
  }

  async aws(principal, line) {
    await this.page.locator('.rooms a[href$="/terminal"]').click();
    const input = this.page.locator(".terminal-line input");
    await input.fill(`aws ${line.replace(/\s*\n\s*/g, " ")}`);
    await input.press("Enter");
    await this.page.waitForFunction(() => !document.querySelector(".call .dot-busy"), undefined, { timeout: READY });
    await this.page.locator(".rooms a").first().click();
  }

  /** Does what one prompt of a solution says. */
  async enter(script) {
    if (script.door === "aws") await this.aws(script.who, script.input);
    else if (script.door === "clock") await this.clock(script.input);
    else await this.run(script.who, script.input, script);
  }

  /** Lets the simulated time pass: by the guide's button, or by the bar's menu in the steps that it has. */
  async clock(input) {
    const told = this.page.locator(".guide .stmt", { hasText: `clock> ${input.trim()}` }).first();
    const listed = /^advance (1h|8h|24h|1d|36d)$/.test(input.trim());
    if ((await told.count()) && (!listed || this.turn++ % 2 === 0)) {
      await told.locator("button").click();
      await this.waitForEngine();
      return;
    }
    const [, count, unit] = /^advance (\d+)([smhd])$/.exec(input.trim());
    let hours = (Number(count) * { s: 1, m: 60, h: 3600, d: 86_400 }[unit]) / 3600;
    const menu = this.page.locator("#menu-time");
    for (const [place, step] of [[3, 864], [2, 24], [1, 8], [0, 1]]) {
      for (; hours >= step; hours -= step) {
        if (!(await menu.evaluate((details) => details.open))) await menu.locator("summary").click();
        await menu.locator(".clock-grid button").nth(place).click();
        await this.waitForEngine();
      }
    }
    assert.equal(hours, 0, `the menu has no step for ${input}`);
  }

  /** Chooses an option with the keyboard or the mouse. */
  async answer(step, check, option) {
    const radio = this.page.locator(`input[name="ask-${step}-${check}"][value="${option}"]`);
    await radio.scrollIntoViewIfNeeded();
    if (this.turn++ % 2 === 0) {
      await radio.check();
    } else {
      await radio.focus();
      await this.page.keyboard.press("Space");
    }
    await this.page.waitForFunction(
      ([name, value]) => document.querySelector(`input[name="${name}"][value="${value}"]`)?.checked,
      [`ask-${step}-${check}`, option],
      { timeout: SOON },
    );
  }

  /** Every check of the open step has turned green by itself. */
  async expectPassed(step) {
    try {
      await this.page.locator(".passed-line").waitFor({ timeout: SOON });
    } catch (error) {
      const open = await this.page.locator(".checks li:not(.pass)").allInnerTexts();
      throw new Error(`step ${step.id} is not done: ${open.join(" | ")}`, { cause: error });
    }
    assert.equal(await this.page.locator(".checks li.pass").count(), step.checks.length, step.id);
  }

  async nextStep() {
    const title = await this.page.locator("#step-t").innerText();
    const button = this.page.locator(".turn .btn-primary");
    if (this.turn++ % 2 === 0) {
      await button.click();
    } else {
      await button.focus();
      await this.page.keyboard.press("Enter");
    }
    await this.page.waitForFunction((before) => document.querySelector("#step-t")?.innerText !== before, title, { timeout: SOON });
  }
}

function plain(text) {
  return text.replace(/\s+/g, " ").trim();
}
