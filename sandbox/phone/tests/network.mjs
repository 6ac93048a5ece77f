// The network, and a backend that is not well.
export default (test) => {
  test("offline in mid-journey: the page is not reached, and the payment goes on later", { of: "offline" }, async (person) => {
    await person.take("android");
    await person.pay();
    await person.frame().locator("#phone").fill("+4306762600456");
    await person.press("offline");
    await person.frame().locator('[data-action="phone"] button').click();
    await person.frame().getByText("No connection").first().waitFor();
    await person.press("offline");
    await person.frame().getByText("Try again").click();
    await person.walk();
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
  });

  test("a slow network: everything takes longer, nothing is lost", { of: "slow-network" }, async (person) => {
    await person.take("android");
    await person.press("slow-network");
    await person.tap('#screen [data-act="pay"]');
    await person.until("spoilt:start");
    await person.press("slow-network");
    await person.until("shown");
    await person.walk();
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
  });

  test("the backend answers 503: the same start is repeated, and paid once", { of: "backend-5xx" }, async (person) => {
    await person.take("android");
    await person.press("backend-5xx");
    await person.tap('#screen [data-act="pay"]');
    await person.until("spoilt:start");
    await person.press("backend-5xx");
    await person.until("shown");
    await person.walk();
    await person.until("outcome:approved");
    await person.sees("approved", { money: "once" });
  });
};
