// Links that are lost, doubled, late or forged.
import assert from "node:assert/strict";

export default (test) => {
  test("lose the link: the shop says paid all the same", { of: "lose-link" }, async (person) => {
    await person.take("iphone");
    await person.press("lose-link");
    await person.pay();
    await person.walk();
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
    await person.has("dismissed");
    await person.hasNot("link:completion");
  });

  test("the link comes twice: one outcome", { of: "double-link" }, async (person) => {
    await person.take("android");
    await person.press("double-link");
    await person.pay();
    await person.walk();
    await person.until("link:completion");
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
    const kinds = await person.kinds();
    assert.equal(kinds.filter((kind) => kind.startsWith("link:")).length, 2, kinds.join());
    assert.equal(kinds.filter((kind) => kind.startsWith("outcome:")).length, 1);
  });

  test("the link comes late: the outcome was there before it", { of: "delay-link" }, async (person) => {
    await person.take("android");
    await person.press("delay-link");
    await person.pay();
    await person.walk();
    const outcome = await person.until("outcome:approved");
    await person.until("link:late", outcome);
    await person.sees("approved", { money: "once" });
  });

  test("a forged link is refused, and decides nothing", { of: "forge-link" }, async (person) => {
    await person.take("android");
    await person.press("forge-link");
    await person.pay();
    await person.walk();
    await person.until("link:refused-wrong-nonce");
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
    await person.hasNot("link:completion");
  });

  test("a link typed by hand decides nothing", { long: true }, async (person) => {
    await person.take("android");
    await person.pay();
    await person.page.fill("#link", "shop://shop.example/klarna/done?stepup=AAAAAAAAAAAAAAAAAAAAAA");
    await person.tap("#open-link button");
    await person.until("link:refused-wrong-nonce");
    await person.page.fill("#link", "tel:110");
    await person.tap("#open-link button");
    await person.until("link-nobody");
    await person.hasNot("outcome:approved");
  });
};
