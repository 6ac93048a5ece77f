// Traces and links that mean harm are shown as text, or refused.
import assert from "node:assert/strict";

const SCRIPT = '"><img src=x onerror="globalThis.struck=1"><script>globalThis.struck=1</script>';

export default (test, { address }) => {
  test("a trace with a script in every field is text", async (person) => {
    const { page } = person;
    await person.take("android");
    const steps = [{ ms: 0, in: SCRIPT }, { ms: 1, out: SCRIPT }];
    await page.click("#replay-open");
    await page.fill("#trace", JSON.stringify({ trace: 1, attempt: SCRIPT, begun: SCRIPT, dropped: SCRIPT, steps }));
    await page.click('#replay button[type="submit"]');
    await page.getByText("Step 1 of 2").waitFor();
    await page.click("#player-next");
    assert.equal(await page.locator("#entries li").last().locator(".what").textContent(), SCRIPT);
    assert.ok((await page.locator("#player-title").textContent()).includes(SCRIPT));
    assert.equal(await page.evaluate(() => globalThis.struck), undefined);
    assert.equal(await page.locator("#timeline img, #timeline script").count(), 0);
  });

  test("traces that are too large, too deep or none are refused", async (person) => {
    const { page } = person;
    await person.take("android");
    await page.click("#replay-open");
    for (const [text, said] of [
      ["x".repeat(1 << 20), "too large"],
      ["[".repeat(50_000), "no JSON"],
      ['{"trace":1,"steps":[{"ms":"<b>"}]}', "no trace"],
      ["null", "no trace"],
    ]) {
      await page.evaluate((text) => { document.getElementById("trace").value = text; }, text);
      await page.click('#replay button[type="submit"]');
      await page.locator("#tools-said").getByText(said).waitFor();
      assert.equal(await page.locator("#player").isVisible(), false);
    }
  });

  test("links that mean harm open nothing and are shown as text", async (person) => {
    const { page } = person;
    await person.take("android");
    for (const [link, kind] of [
      [`javascript:globalThis.struck=1`, "link-nobody"],
      [`shop://${SCRIPT}`, "typed"],
      [`shop://x/${"y".repeat(1 << 17)}`, "link-refused"],
      ["x".repeat(60_000), "link-nobody"],
    ]) {
      const last = await person.last();
      await page.evaluate((link) => { document.getElementById("link").value = link; }, link);
      await page.click("#open-link button");
      await person.until(kind, last);
    }
    await page.evaluate(() => { document.getElementById("link").value = `shop://x/${"y".repeat(1 << 20)}`; });
    await page.click("#open-link button");
    await page.getByText("No phone takes a link of that size.").waitFor();
    assert.equal(await page.evaluate(() => globalThis.struck), undefined);
    assert.equal(await page.locator("#entries img, #entries script").count(), 0);
    await person.hasNot("crashed");
  });

  test("foreign pages can't command the phone", async (person, context) => {
    await person.take("android");
    const phone = new URL(person.page.url()).pathname;
    for (const headers of [{ origin: "http://evil.example" }, { host: "evil.example" }]) {
      const reply = await context.request.post(`${address}${phone}/act`, { data: { act: "pay" }, headers });
      assert.equal(reply.status(), 403);
    }
    const plain = await context.request.post(`${address}${phone}/act`, { data: '{"act":"pay"}', headers: { "content-type": "text/plain" } });
    assert.equal(plain.status(), 415);
    await person.hasNot("pay");
  });
};
