// How it looks and sounds: two widths, dark and light, keyboard and screen reader.
import assert from "node:assert/strict";

const LOOKS = [
  { name: "wide and light", long: true, context: { viewport: { width: 1280, height: 900 }, colorScheme: "light" } },
  { name: "narrow and dark", context: { viewport: { width: 390, height: 844 }, colorScheme: "dark" } },
];

/** No serious finding of axe-core's in the page; the journey's pages have tests of their own. */
const inspect = async (page, axe) => {
  await page.evaluate(axe);
  const result = await page.evaluate(() => globalThis.axe.run(document, { iframes: false, resultTypes: ["violations"] }));
  const serious = result.violations.filter((one) => ["serious", "critical"].includes(one.impact));
  assert.deepEqual(serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`), []);
};

/** Nothing is wider than the window, and no part lies on another. */
const overlaps = (page) => page.evaluate(() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  const parts = [...document.querySelectorAll("main > section, header.top")];
  const boxes = parts.map((part) => part.getBoundingClientRect());
  boxes.forEach((one, i) => boxes.slice(i + 1).forEach((other, j) => {
    const apart = one.right <= other.left + 1 || other.right <= one.left + 1 || one.bottom <= other.top + 1 || other.bottom <= one.top + 1;
    if (!apart) found.push(`${parts[i].className} lies on ${parts[i + j + 1].className}`);
  }));
  for (const part of document.querySelectorAll("button, input, select, .what, dd")) {
    const box = part.getBoundingClientRect();
    if (box.width && box.right > innerWidth + 1) found.push(`${part.textContent || part.id} sticks out`);
  }
  return found;
});

export default (test, { axe }) => {
  for (const look of LOOKS) {
    test(`looks: ${look.name}`, { long: look.long, context: look.context }, async (person) => {
      const { page } = person;
      const picture = (name) => process.env.PHONE_PICTURES
        ? page.screenshot({ path: `${process.env.PHONE_PICTURES}/${look.name.replaceAll(" ", "-")}-${name}.png`, fullPage: true }) : null;
      const check = async (name) => {
        await picture(name);
        assert.deepEqual(await overlaps(page), []);
        await inspect(page, axe);
      };
      await person.take("iphone", { klarna: false });
      await check("basket");
      await person.tap('#screen [data-act="pay"]');
      await person.until("asks-consent");
      await check("consent");
      await person.answer();
      await person.identify();
      await person.frame().locator('[data-action="option"]').waitFor();
      await check("journey");
      await person.press("kill-now");
      await person.until("killed");
      await person.press("lose-link");
      await check("home");
      await person.tapIcon("shop");
      await person.page.locator('[data-act="resume"]').waitFor();
      await check("unfinished");
      await person.tap('#screen [data-act="resume"]');
      await person.page.locator("#ask .ask").waitFor();
      await person.answer();
      await person.choose();
      await person.approve();
      await person.until("outcome:approved");
      await person.sees("approved", { money: "once" });
      await person.tap('[data-act="switcher"]');
      await check("switcher");
      await person.tapIcon("shop");
      await page.selectOption("#scenario", "link-lost-approved");
      await page.click("#theatre button");
      await page.locator("#player-verdict h4").first().waitFor();
      await check("scenario");
    });
  }

  test("by keyboard alone", async (person) => {
    const { page } = person;
    await person.take("iphone");
    const reach = async (selector) => {
      for (let steps = 0; steps < 80; steps += 1) {
        if (await page.evaluate((selector) => document.activeElement?.matches(selector), selector)) return;
        await page.keyboard.press("Tab");
      }
      assert.fail(`the keyboard does not reach ${selector}`);
    };
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the phone");
    await page.keyboard.press("Enter");
    await reach('#screen [data-act="pay"]');
    await page.keyboard.press("Enter");
    await person.until("asks-consent");
    // What the system asks has the focus.
    await page.waitForFunction(() => document.activeElement?.dataset.yes === "true");
    await page.keyboard.press("Enter");
    await person.until("consented");
    await reach('iframe[data-place="tab"]');
    await person.frame().locator("#phone").focus();
    await page.keyboard.type("+4306762600456");
    await page.keyboard.press("Enter");
    await person.frame().locator("#otp").focus();
    await page.keyboard.type("123456");
    await page.keyboard.press("Enter");
    await person.frame().locator('[data-action="option"] button').press("Enter");
    await person.frame().locator('[data-action="approve"] button').press("Enter");
    await person.until("outcome:approved");
    // The live region says it to those who don't see it.
    await page.locator("#say").getByText("approved").waitFor();
  });
};
