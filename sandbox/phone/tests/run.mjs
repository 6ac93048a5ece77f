// Runs the tests: a browser of the system's, a page and a phone for each, some at a time. Prints `N passed, N failed`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Person } from "./person.mjs";

const address = process.env.PHONE_ADDRESS;
const require = createRequire(`${process.env.PHONE_MODULES}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const long = process.env.STEPUP_LONG === "1";
const only = process.argv.slice(2);
const AT_ONCE = 3;

const tests = [];
/** Registers a test. `of`: the switch that it would go red without. */
const test = (name, options, body) => {
  tests.push(typeof options === "function" ? { name, body: options } : { name, ...options, body });
};
for (const part of ["paying", "leaving", "links", "killing", "network", "webhooks", "time", "watching", "hostile", "looks"]) {
  (await import(`./${part}.mjs`)).default(test, { address, axe });
}

const switches = JSON.parse(readFileSync(new URL("../data/switches.json", import.meta.url), "utf8")).map((one) => one.id);
const covered = tests.flatMap((one) => one.of ?? []);
const differences = [
  ...switches.filter((id) => !covered.includes(id)).map((id) => `no test needs the switch ${id}`),
  ...covered.filter((id) => !switches.includes(id)).map((id) => `there is no switch ${id}`),
];

let chosen = tests.filter((one) => long || !one.long);
if (only.length) chosen = tests.filter((one) => only.some((part) => one.name.includes(part)));
const jobs = chosen.map((one) => ({ ...one, deaf: false }));
// Each switch is cut off once: then its test must go red.
if (long && !only.length) jobs.push(...tests.filter((one) => one.of).map((one) => ({ ...one, deaf: true })));

const browser = await chromium.launch({
  executablePath: process.env.PHONE_CHROMIUM ?? "/usr/bin/chromium",
  // Root, as in a container, has no sandbox; only pages of this project are opened.
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
const executed = new Set();
let passed = 0;
let failed = 0;

const run = async (job) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...job.context });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: address });
  const page = await context.newPage();
  const person = new Person(page, address, { deaf: job.deaf, patience: job.deaf ? 4_000 : undefined });
  const began = performance.now();
  let wrong = null;
  try {
    await job.body(person, context);
  } catch (error) {
    wrong = error;
  }
  const well = job.deaf ? wrong !== null : wrong === null;
  const name = job.deaf ? `${job.name} (goes red without its switch)` : job.name;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${well ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (well) passed += 1;
  else failed += 1;
  if (well && job.of && !job.deaf) executed.add(job.of);
  if (!well && wrong) {
    console.log(wrong.stack);
    const entries = await person.entries().catch(() => []);
    for (const entry of entries.slice(-40)) console.log(`    ${entry.at} ${entry.kind}: ${entry.text}`);
    await page.screenshot({ path: `failed-${jobs.indexOf(job)}.png` }).catch(() => {});
  }
  await context.close();
};

const queue = [...jobs];
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  for (let job = queue.shift(); job; job = queue.shift()) await run(job);
}));
await browser.close();
if (!only.length) {
  // A list that silently leaves something out would look just as green.
  const missing = switches.filter((id) => !executed.has(id));
  for (const id of missing) differences.push(`the switch ${id} was not seen to do anything`);
  for (const difference of differences) console.log(`FAILED ${difference}`);
  if (differences.length) failed += 1;
  else passed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
