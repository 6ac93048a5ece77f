// Time passes, and clocks are wrong.
import assert from "node:assert/strict";

export default (test) => {
  test("the payment expires in mid-journey: cancelled, nothing paid", { of: "expire" }, async (person) => {
    await person.take("android");
    await person.pay();
    await person.identify();
    await person.press("expire");
    await person.until("klarna:EXPIRED");
    await person.until("outcome:canceled");
    await person.sees("canceled", { money: "none" });
  });

  test("ten minutes pass in mid-journey: the core still asks, and the payment goes on", { of: "pass-ten-minutes" }, async (person) => {
    await person.take("android");
    await person.pay();
    await person.identify();
    const before = await person.last();
    await person.press("pass-ten-minutes");
    await person.until("asked:status", before);
    await person.choose();
    await person.approve();
    const outcome = await person.until("outcome:approved");
    const told = (await person.entries()).find((entry) => entry.n === outcome);
    assert.match(told.at, /^10:/);
    await person.sees("approved", { money: "once" });
  });

  test("the phone's clock is a day ahead: the payment goes on", { of: "clock-ahead" }, async (person) => {
    await person.take("android");
    const day = await person.page.locator("#status span").first().textContent();
    await person.pay();
    await person.press("clock-ahead");
    await person.page.waitForFunction((day) => {
      const now = document.querySelector("#status span").textContent;
      return now.slice(0, 3) !== day.slice(0, 3);
    }, day);
    await person.walk();
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
  });
};
