// The app is killed, and started again.
import assert from "node:assert/strict";

export default (test) => {
  test("kill the app in mid-journey: it knows the payment, and goes on", { of: "kill-now" }, async (person) => {
    await person.take("iphone");
    await person.pay();
    await person.identify();
    await person.press("kill-now");
    const killed = await person.until("killed");
    await person.tapIcon("shop");
    await person.until("unfinished", killed);
    await person.tap('#screen [data-act="resume"]');
    await person.until("shown", killed);
    await person.answer();
    await person.choose();
    await person.approve();
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
  });

  test("Android keeps the page of a killed app, and its link starts the app", async (person) => {
    await person.take("android");
    await person.pay();
    await person.press("kill-now");
    const killed = await person.until("tab-stays");
    await person.walk();
    await person.until("started", killed);
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
  });

  test("kill the app at its next note, before anything was sent: nothing is paid, and it can be tried again", { of: "kill-at-step" }, async (person) => {
    await person.take("iphone");
    await person.press("kill-at-step");
    await person.tap('#screen [data-act="pay"]');
    await person.until("held");
    const killed = await person.until("killed");
    await person.hasNot("asked:start");
    await person.tapIcon("shop");
    await person.until("unfinished", killed);
    const ended = await person.until("outcome:canceled", killed);
    await person.sees("canceled", { money: "none" });
    await person.tap('#screen [data-act="pay"]');
    await person.until("shown", ended);
    await person.answer();
    await person.walk();
    await person.until("outcome:approved", ended);
    await person.sees("approved", { money: "once" });
  });

  test("swiped away in the switcher in mid-journey: it knows the payment", { long: true }, async (person) => {
    await person.take("android-custom-tab");
    await person.pay();
    await person.identify();
    await person.tap('[data-act="switcher"]');
    await person.tap('[data-act="swipe-away"][data-app="shop"]');
    const killed = await person.until("killed");
    assert.equal(await person.page.locator("iframe").count(), 0);
    await person.tap('[data-act="home"]');
    await person.tapIcon("shop");
    await person.until("unfinished", killed);
    await person.tap('#screen [data-act="resume"]');
    await person.until("shown", killed);
    await person.choose();
    await person.approve();
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
  });

  test("killed again while it starts: the third start goes on all the same", { long: true }, async (person) => {
    await person.take("iphone");
    await person.pay();
    await person.press("kill-now");
    const killed = await person.until("killed");
    await person.press("kill-at-step");
    await person.tapIcon("shop");
    const again = await person.until("killed", killed);
    await person.has("held");
    await person.tapIcon("shop");
    await person.until("unfinished", again);
    await person.tap('#screen [data-act="resume"]');
    await person.until("shown", again);
    await person.answer();
    await person.walk();
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
  });
};
