// A person in front of the page: takes a phone, taps, types, and waits for what the timeline says - never for time.
import assert from "node:assert/strict";

/** At the latest then something is wrong, milliseconds. */
const PATIENCE = 60_000;

export class Person {
  #deaf;
  #patience;

  constructor(page, address, { deaf = false, patience = PATIENCE } = {}) {
    this.page = page;
    this.#patience = patience;
    this.address = address;
    this.#deaf = deaf;
    this.troubles = [];
    page.setDefaultTimeout(patience);
    page.on("pageerror", (error) => this.troubles.push(error.message));
  }

  /** Takes a new phone and waits until the shop's app is ready. */
  async take(device = "iphone", { klarna = false } = {}) {
    this.device = device;
    if (this.#deaf) {
      // The switches are cut off: what depends on one must go red.
      await this.page.route("**/act", (route) =>
        route.request().postDataJSON().act === "switch" ? route.fulfill({ status: 204 }) : route.continue());
    }
    await this.page.goto(`${this.address}/new?device=${device}${klarna ? "&klarna=yes" : ""}`);
    await this.until("ready");
  }

  /** Clicks, and waits until the phone has taken it. */
  async tap(selector) {
    const taken = this.page.waitForResponse((reply) => reply.url().endsWith("/act"));
    await this.page.locator(selector).first().click();
    await taken;
  }

  press(id) {
    return this.tap(`[data-act="switch"][data-id="${id}"]`);
  }

  tapIcon(app) {
    return this.tap(`#screen [data-act="tap"][data-app="${app}"]`);
  }

  answer(yes = true) {
    return this.tap(`#ask [data-yes="${yes}"]`);
  }

  /** Waits for an entry of this kind after the entry of that number; says its number. */
  async until(kind, after = 0) {
    const found = await this.page.waitForFunction(([kind, after]) => {
      const rows = document.querySelectorAll("#entries [data-n]");
      const row = [...rows].find((row) => row.dataset.kind === kind && Number(row.dataset.n) > after);
      return row ? Number(row.dataset.n) : false;
    }, [kind, after], { timeout: this.#patience });
    return found.jsonValue();
  }

  async entries() {
    return this.page.locator("#entries [data-n]").evaluateAll((rows) => rows.map((row) => ({
      n: Number(row.dataset.n), kind: row.dataset.kind, at: row.querySelector(".at").textContent, text: row.querySelector(".what").textContent,
    })));
  }

  async kinds() {
    return (await this.entries()).map((entry) => entry.kind);
  }

  async last() {
    return (await this.entries()).at(-1)?.n ?? 0;
  }

  async has(kind) {
    assert.ok((await this.kinds()).includes(kind), `the timeline has ${kind}`);
  }

  async hasNot(kind) {
    assert.ok(!(await this.kinds()).includes(kind), `the timeline has no ${kind}`);
  }

  frame(place = this.surface()) {
    return this.page.frameLocator(`iframe[data-place="${place}"]`);
  }

  surface() {
    return this.device === "android-browser" ? "browser" : "tab";
  }

  /** Taps “Pay with Klarna” and lets the journey begin. */
  async pay(after = 0) {
    await this.tap('#screen [data-act="pay"]');
    const shown = await this.until("shown", after);
    if (this.device.endsWith("iphone") && await this.page.locator("#ask .ask").count()) await this.answer();
    return shown;
  }

  /** Who they are: phone number and code. */
  async identify(place) {
    const frame = this.frame(place);
    await frame.locator("#phone").fill("+4306762600456");
    await frame.locator('[data-action="phone"] button').click();
    await frame.locator("#otp").fill("123456");
    await frame.locator('[data-action="otp"] button').click();
  }

  async choose(place) {
    await this.frame(place).locator('[data-action="option"] button').click();
  }

  async approve(place) {
    await this.frame(place).locator('[data-action="approve"] button').click();
  }

  /** The whole journey. */
  async walk(place) {
    await this.identify(place);
    await this.choose(place);
    await this.approve(place);
  }

  /** The shop says so, and so do backend and Klarna. */
  async sees(outcome, { money }) {
    await this.page.locator(`#screen [data-outcome="${outcome}"]`).waitFor();
    await this.page.waitForFunction((money) =>
      document.querySelector('[data-truth="money"]').textContent === money, money, { timeout: this.#patience });
    assert.deepEqual(this.troubles, []);
  }
}
