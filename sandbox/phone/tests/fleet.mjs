// Measures, and gates nothing: what idle phones cost, and how long an event takes to a page. `node fleet.mjs ADDRESS PID [PHONES]`
import { readFileSync, readdirSync } from "node:fs";

const [address, pid, count = "50"] = process.argv.slice(2);

/** Memory of the server and of all its apps, MB: what each shares with others is counted in parts. */
const memory = () => {
  const processes = [pid];
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = readFileSync(`/proc/${entry}/stat`, "utf8").replace(/^.*\) /s, "").split(" ")[1];
      if (parent === pid) processes.push(entry);
    } catch { /* it has ended meanwhile */ }
  }
  const sum = (field) => processes.reduce((all, one) => {
    const line = readFileSync(`/proc/${one}/smaps_rollup`, "utf8").match(new RegExp(`^${field}:\\s+(\\d+) kB`, "m"));
    return all + Number(line[1]) / 1024;
  }, 0);
  return { processes: processes.length, pss: Math.round(sum("Pss")), rss: Math.round(sum("Rss")) };
};

/** A phone with a page that listens. */
const open = async () => {
  const made = await fetch(`${address}/new`);
  const html = await made.text();
  const id = html.match(/data-phone="([^"]+)"/)[1];
  const stream = await fetch(html.match(/data-stream="([^"]+)"/)[1], { headers: { origin: address } });
  const waiting = [];
  (async () => {
    const decoder = new TextDecoder();
    let text = "";
    for await (const part of stream.body) {
      text += decoder.decode(part, { stream: true });
      const events = text.split("\n\n");
      text = events.pop();
      for (const event of events) {
        for (const one of [...waiting]) {
          if (event.includes(one.text)) {
            waiting.splice(waiting.indexOf(one), 1);
            one.seen();
          }
        }
      }
    }
  })();
  const heard = (text) => new Promise((seen) => waiting.push({ text, seen }));
  const act = (what) => fetch(`${address}/phone/${id}/act`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(what),
  });
  return { heard, act };
};

const before = memory();
const phones = [];
for (let i = 0; i < Number(count); i += 1) phones.push(await open());
const times = [];
for (let round = 0; round < 4; round += 1) {
  for (const phone of phones) {
    const seen = phone.heard('"kind":"link-nobody"');
    const began = performance.now();
    await phone.act({ act: "open-link", uri: "tel:0" });
    await seen;
    times.push(performance.now() - began);
  }
}
times.sort((one, other) => one - other);
const at = (part) => times[Math.floor((times.length - 1) * part)].toFixed(1);
console.log(`no phone: ${JSON.stringify(before)}`);
console.log(`${count} idle phones: ${JSON.stringify(memory())}`);
console.log(`from a tap to its event, ms: median ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}, of ${times.length}`);
process.exit(0);
