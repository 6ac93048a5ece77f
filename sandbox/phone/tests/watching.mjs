// The timeline, traces, scenarios, a reload, and the end of a phone.
import assert from "node:assert/strict";
import { Person } from "./person.mjs";

const SCENARIOS = ["happy-url", "link-lost-approved", "killed-in-journey", "customer-denies", "link-wrong-nonce"];

export default (test, { address }) => {
  test("filter, pause and step", async (person) => {
    await person.take("android");
    const { page } = person;
    await page.click("#pause");
    await person.tap('#screen [data-act="pay"]');
    // Held back: it shows one by one.
    assert.equal((await person.kinds()).includes("pay"), false);
    await page.click("#step");
    await person.until("pay");
    assert.equal((await person.entries()).at(-1).kind, "pay");
    await page.click("#pause");
    await person.until("shown");
    await page.uncheck('[data-lane="backend"]');
    assert.equal(await page.locator("#entries .lane-backend:visible").count(), 0);
    await page.check('[data-lane="backend"]');
    assert.ok(await page.locator("#entries .lane-backend").count() > 0);
  });

  test("copy a trace, and replay it step by step", async (person) => {
    const { page } = person;
    await person.take("android");
    await person.pay();
    await person.walk();
    await person.until("outcome:approved");
    await person.until("core:Deliver");
    await page.click("#copy-trace");
    await page.getByText("The trace is in the clipboard").waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    const trace = JSON.parse(text);
    assert.equal(trace.trace, 1);
    // Nothing that opens a journey or proves a link.
    assert.doesNotMatch(text, /stepup=|requests\/|http/);
    await page.click("#replay-open");
    await page.fill("#trace", text);
    await page.click('#replay button[type="submit"]');
    await page.getByText(`Step 1 of ${trace.steps.length}`).waitFor();
    assert.equal(await page.locator("#entries li").count(), 1);
    await page.click("#player-next");
    assert.equal(await page.locator("#entries li").count(), 2);
    assert.equal(await page.locator("#entries li").last().locator(".what").textContent(), trace.steps[1].in ?? trace.steps[1].out);
    await page.click("#player-back");
    assert.equal(await page.locator("#entries li").count(), 1);
    await page.click("#player-end");
    await person.has("outcome:approved");
  });

  test("five scenarios, expected beside actual", async (person) => {
    const { page } = person;
    await person.take("iphone");
    for (const name of SCENARIOS) {
      await page.selectOption("#scenario", name);
      await page.click("#theatre button");
      const about = await page.locator("#about").textContent();
      await page.locator("#player-title").getByText(about, { exact: true }).waitFor();
      await page.locator('#player-verdict[data-well="true"]').getByText("Actual: as expected").waitFor();
      // At human speed: it goes on by itself.
      await page.getByText(/^Step [2-9] of/).waitFor();
      await page.click("#player-end");
    }
  });

  test("a reload loses nothing", async (person) => {
    const { page } = person;
    await person.take("iphone");
    await person.pay();
    await person.identify();
    await person.frame().locator('[data-action="option"]').waitFor();
    await page.uncheck('[data-lane="does"]');
    await person.press("webhook-late");
    const before = await person.kinds();
    await page.reload();
    await person.until("shown");
    assert.equal(await page.isChecked('[data-lane="does"]'), false);
    await page.locator('[data-id="webhook-late"][aria-pressed="true"]').waitFor();
    await person.frame().locator('[data-action="option"]').waitFor();
    const after = await person.kinds();
    assert.deepEqual(after.slice(0, before.length), before);
    await person.choose();
    await person.approve();
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
  });

  test("what the guide names is there, and it can be done in two minutes", async (person) => {
    const { page } = person;
    const began = Date.now();
    await person.take("iphone");
    const said = (text) => page.locator("#guide-title + ol li").nth(text);
    // Each thing that the guide names is a label that is seen when it is needed.
    const named = async (label) => {
      assert.ok((await page.locator(".guide em", { hasText: label }).count()) > 0, `the guide names “${label}”`);
      const parts = page.locator("main section:not(.guide)");
      const name = { name: label, exact: true };
      const found = parts.getByRole("button", name).or(parts.getByRole("heading", name)).first();
      await found.waitFor();
      return found;
    };
    await (await named("Lose it")).click();
    await (await named("Pay with Klarna")).click();
    await person.until("asks-consent");
    await person.answer();
    await person.walk();
    await named("Paid");
    await person.has("link-lost");
    await (await named("New basket")).click();
    const first = await person.last();
    await (await named("Pay with Klarna")).click();
    await person.until("asks-consent", first);
    await person.answer();
    await person.identify();
    await (await named("Kill it now")).click();
    const killed = await person.until("killed", first);
    assert.match(await said(1).textContent(), /Tap the shop’s icon/);
    await person.tapIcon("shop");
    await (await named("Go on with it")).click();
    await person.until("shown", killed);
    await person.answer();
    await person.choose();
    await person.approve();
    await named("Paid");
    await person.sees("approved", { money: "once" });
    assert.ok(Date.now() - began < 120_000);
  });

  test("eight phones in one browser, more than it keeps connections to one origin", { long: true }, async (person, context) => {
    const all = [person];
    while (all.length < 8) all.push(new Person(await context.newPage(), address));
    for (const one of all) await one.take("android");
    for (const one of all) {
      await one.tap('#screen [data-act="pay"]');
      await one.until("shown");
    }
    assert.equal(new Set(all.map((one) => one.page.url())).size, 8);
  });

  test("a phone whose page was closed is put away", async (person, context) => {
    await person.take("android");
    const phone = new URL(person.page.url()).pathname;
    const there = async () => (await context.request.post(`${address}${phone}/act`, { data: { act: "home" } })).status();
    assert.equal(await there(), 204);
    await person.page.close();
    // Asked again and again until it is gone: no timeline tells the end of a timeline.
    const began = Date.now();
    while (await there() !== 410) assert.ok(Date.now() - began < 60_000, "it is put away");
    const page = await context.request.get(`${address}${phone}`);
    assert.equal(page.status(), 410);
    assert.match(await page.text(), /This phone was put away/);
  });
};
