// Payments that go well, on every kind of phone.
import assert from "node:assert/strict";

export default (test) => {
  for (const [device, long] of [["iphone", false], ["android", false], ["older-iphone", true], ["android-custom-tab", true], ["android-browser", true]]) {
    test(`pay on ${device}`, { long }, async (person) => {
      await person.take(device);
      await person.pay();
      await person.walk();
      if (device === "android-browser") {
        // The browser asks before it opens an app by the app's scheme.
        await person.until("asks-open");
        await person.answer();
      }
      await person.until("link:completion");
      await person.until("outcome:approved");
      await person.sees("approved", { money: "once" });
      // The form of the links is the core's choice, by what the device says of itself.
      const link = (await person.entries()).find((entry) => entry.kind === "link-left");
      assert.ok(link.text.endsWith(["iphone", "android"].includes(device) ? "https://shop.example/…" : "shop://shop.example/…"), link.text);
    });
  }

  for (const [device, order] of [
    ["iphone", ["core:Foregrounded", "core:Link"]],
    ["android", ["core:Foregrounded", "core:Link", "core:Foregrounded"]],
  ]) {
    test(`how a link brings the app forward on ${device}`, { long: true }, async (person) => {
      await person.take(device);
      await person.pay();
      await person.identify();
      await person.frame().locator('[data-action="open-bank"]').click();
      const away = await person.until("background");
      await person.frame("bank").locator('[data-action="confirm-in-app"] button').click();
      await person.until("link:handover", away);
      await person.until(order.at(-1), await person.until("core:Link", away) - (order.at(-1) === "core:Link" ? 1 : 0));
      const seen = (await person.entries()).filter((entry) => entry.n > away && ["core:Foregrounded", "core:Link"].includes(entry.kind));
      assert.deepEqual(seen.map((entry) => entry.kind), order);
    });
  }

  test("pay in the Klarna app", { long: true }, async (person) => {
    await person.take("android", { klarna: true });
    await person.pay();
    await person.until("background");
    await person.walk("klarna");
    // A journey in the Klarna app ends on the handover link.
    await person.until("link:handover");
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
  });

  test("to the bank's app and back: Klarna's page stays", async (person) => {
    await person.take("android-custom-tab");
    await person.pay();
    await person.identify();
    await person.frame().locator('[data-action="open-bank"]').click();
    await person.until("hop");
    await person.frame("bank").locator('[data-action="confirm-in-app"] button').click();
    await person.until("link:handover");
    await person.page.locator('iframe[data-place="tab"]:visible').waitFor();
    await person.hasNot("outcome:approved");
    await person.choose();
    await person.approve();
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
  });

  test("without the Klarna app its page is a page like any other", { long: true }, async (person) => {
    await person.take("android-custom-tab");
    await person.pay();
    await person.identify();
    await person.frame().locator('[data-action="open-klarna-app"]').click();
    await person.frame().locator('[data-action="confirm-in-app"] button').click();
    await person.until("link:handover");
    await person.hasNot("hop");
    await person.frame().locator('[data-action="continue"]').click();
    await person.approve();
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
  });

  test("the untouched page in a tab of the browser: paid, and no link comes back to the phone", async (person, context) => {
    await person.take("iphone");
    await person.pay();
    const [tab] = await Promise.all([context.waitForEvent("page"), person.page.locator('#bar a[target="_blank"]').click()]);
    assert.equal(await tab.locator("script").count(), 0);
    await tab.locator("#phone").fill("+4306762600456");
    await tab.locator('[data-action="phone"] button').click();
    await tab.locator("#otp").fill("123456");
    await tab.locator('[data-action="otp"] button').click();
    await tab.locator('[data-action="option"] button').click();
    // It ends on the shop's own link, which this browser has no app for.
    await tab.locator('[data-action="approve"] button').click({ noWaitAfter: true });
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
    await person.hasNot("link-left");
  });

  test("anchors and scripted navigations come to the phone, not to the computer", async (person) => {
    await person.take("android-custom-tab");
    await person.pay();
    const frame = person.page.frames().find((frame) => frame !== person.page.mainFrame());
    await person.frame().locator("#phone").waitFor();
    const before = frame.url();
    for (const script of [
      () => { const a = document.createElement("a"); a.href = "harbourbank://hello"; document.body.append(a); a.click(); },
      () => { location.href = "harbourbank://hello"; },
      () => { window.open("harbourbank://hello"); },
    ]) {
      const last = await person.last();
      await frame.evaluate(script);
      await person.until("link-left", last);
      const opened = await person.until("link-app", last);
      await person.tap('[data-act="switcher"]');
      await person.tapIcon("shop");
      await person.until("foreground", opened);
    }
    assert.equal(frame.url(), before);
  });
};
