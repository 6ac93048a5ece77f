// Leaving Klarna's page, and the app.
import assert from "node:assert/strict";

export default (test) => {
  test("close Klarna's page: nothing is decided, and the same payment goes on", { of: "close-tab" }, async (person) => {
    await person.take("iphone");
    await person.pay();
    await person.press("close-tab");
    await person.until("closed-result");
    await person.until("offers");
    await person.hasNot("outcome:canceled");
    const last = await person.last();
    await person.tap('#screen [data-act="reopen"]');
    await person.until("shown", last);
    await person.answer();
    await person.walk();
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
  });

  test("minimise Klarna's page, and open it again", { of: "minimise-tab" }, async (person) => {
    await person.take("android");
    await person.pay();
    await person.press("minimise-tab");
    await person.until("minimised");
    assert.equal(await person.page.locator("iframe:visible").count(), 0);
    await person.tap('#screen [data-act="restore-tab"]');
    await person.walk();
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
  });

  test("the app's screens are destroyed while the customer is away", { of: "dont-keep-activities" }, async (person) => {
    await person.take("android-browser");
    await person.press("dont-keep-activities");
    await person.pay();
    await person.until("activity-destroyed");
    await person.walk();
    await person.until("asks-open");
    await person.answer();
    await person.until("activity-made");
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
  });

  test("another method after the page was closed: cancelled at the backend, nothing paid", { long: true }, async (person) => {
    await person.take("android");
    await person.pay();
    await person.tap('#bar [data-act="close-tab"]');
    await person.until("offers");
    await person.tap('#screen [data-act="abandon"]');
    await person.until("outcome:canceled");
    await person.sees("canceled", { money: "none" });
  });

  test("no consent to the session: nothing is decided", { long: true }, async (person) => {
    await person.take("iphone");
    await person.tap('#screen [data-act="pay"]');
    await person.until("asks-consent");
    await person.answer(false);
    await person.until("closed-result");
    await person.until("offers");
    await person.hasNot("outcome:canceled");
    // Klarna was not even visited.
    await person.hasNot("klarna:IN_PROGRESS");
  });
};
