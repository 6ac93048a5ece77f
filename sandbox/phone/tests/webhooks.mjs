// Klarna's webhooks to the backend go wrong; the shop hears the truth all the same.
import assert from "node:assert/strict";

const pay = async (person, fault) => {
  await person.take("android");
  await person.press(fault);
  await person.pay();
  await person.walk();
  return person.until("outcome:approved");
};

export default (test) => {
  test("webhooks come late: the outcome does not wait for them", { of: "webhook-late" }, async (person) => {
    const outcome = await pay(person, "webhook-late");
    await person.until("webhook:completed", outcome);
    await person.sees("approved", { money: "once" });
  });

  test("webhooks are lost: the backend asks Klarna", { of: "webhook-lost" }, async (person) => {
    await pay(person, "webhook-lost");
    await person.sees("approved", { money: "once" });
    await person.hasNot("webhook:completed");
    await person.has("word:approved");
  });

  test("webhooks come twice: paid once", { of: "webhook-doubled" }, async (person) => {
    await pay(person, "webhook-doubled");
    await person.until("webhook-again:completed");
    await person.sees("approved", { money: "once" });
  });

  test("the last webhook comes first: paid all the same", { of: "webhook-reordered" }, async (person) => {
    await pay(person, "webhook-reordered");
    const completed = await person.until("webhook:completed");
    await person.until("webhook:in-progress", completed);
    await person.sees("approved", { money: "once" });
    assert.ok((await person.kinds()).includes("word:approved"));
  });
};
