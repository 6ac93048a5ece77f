// The page of a phone: applies what the stream brings, and tells the phone what a person does.
import { Timeline } from "./timeline.js";
import { Player } from "./player.js";

const phone = document.body.dataset.phone;
const byId = (id) => document.getElementById(id);
const timeline = new Timeline(byId("entries"), byId("pause"), byId("step"));
const player = new Player(timeline);

const act = async (what) => {
  const reply = await fetch(`/phone/${phone}/act`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(what),
  });
  if (reply.status === 410) lost("This phone was put away. Open the first address again for a new one.");
  return reply;
};

const lost = (text) => {
  byId("lost").textContent = text;
  byId("lost").hidden = false;
};

// Replaces a part only if it changed, and gives the focus back to what stands in the same place.
const replace = (id, html) => {
  const part = byId(id);
  if (part.dataset.html === html) return;
  const held = part.contains(document.activeElement) ? document.activeElement : null;
  const name = held && ["act", "app", "id", "yes"].map((key) => held.dataset[key] ?? "").join("|");
  part.innerHTML = html;
  part.dataset.html = html;
  if (!held) return;
  const same = [...part.querySelectorAll("button")].find((button) =>
    ["act", "app", "id", "yes"].map((key) => button.dataset[key] ?? "").join("|") === name);
  (same ?? part.querySelector("button") ?? byId("phone")).focus({ preventScroll: true });
};

const names = { tab: "Klarna’s page", browser: "Browser", klarna: "Klarna app", bank: "Harbour Bank" };

const showFrames = (frames) => {
  const holder = byId("frames");
  for (const old of [...holder.children]) {
    if (!frames.some((frame) => frame.place === old.dataset.place)) old.remove();
  }
  for (const frame of frames) {
    let element = holder.querySelector(`[data-place="${frame.place}"]`);
    if (!element) {
      element = document.createElement("iframe");
      element.dataset.place = frame.place;
      element.title = names[frame.place];
      element.setAttribute("sandbox", "allow-forms allow-scripts allow-same-origin");
      element.setAttribute("referrerpolicy", "no-referrer");
      holder.append(element);
    }
    if (element.dataset.generation !== String(frame.generation)) {
      element.dataset.generation = String(frame.generation);
      element.src = frame.src;
    }
    element.hidden = !frame.shown;
  }
};

let lastAsk = "";
let lastSaid = "";
const show = (view) => {
  for (const part of ["status", "bar", "screen", "ask", "controls", "truth"]) replace(part, view[part]);
  showFrames(view.frames);
  byId("screen").toggleAttribute("inert", view.ask !== "" || view.frames.some((frame) => frame.shown));
  byId("frames").toggleAttribute("inert", view.ask !== "");
  if (view.ask !== "" && lastAsk === "") byId("ask").querySelector("button.pay")?.focus({ preventScroll: true });
  lastAsk = view.ask;
  if (view.say !== lastSaid) byId("say").textContent = view.say;
  lastSaid = view.say;
  document.body.dataset.version = view.version;
};

const stream = new EventSource(document.body.dataset.stream);
stream.onmessage = (message) => {
  byId("lost").hidden = true;
  const news = JSON.parse(message.data);
  timeline.add(news.entries);
  if (news.view) show(news.view);
};
stream.onerror = () => {
  lost("No connection to the phone: it was put away, or its program has ended.");
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const { act: name, app, id, attempt, yes } = button.dataset;
  const what = { act: name };
  if (app) what.app = app;
  if (id) what.id = id;
  if (attempt) what.attempt = attempt;
  if (yes) what.yes = yes === "true";
  act(what);
});

byId("open-link").addEventListener("submit", async (event) => {
  event.preventDefault();
  const reply = await act({ act: "open-link", uri: byId("link").value });
  byId("link-said").textContent = reply.ok ? "" : "No phone takes a link of that size.";
});

const said = (text) => { byId("tools-said").textContent = text; };

byId("copy-trace").addEventListener("click", async () => {
  const reply = await fetch(`/phone/${phone}/trace`);
  if (!reply.ok) return said("There is no trace yet: pay first.");
  const text = JSON.stringify(await reply.json(), null, 1);
  byId("trace").value = text;
  try {
    await navigator.clipboard.writeText(text);
    said("The trace is in the clipboard. It has no secrets: you can paste it in a ticket.");
  } catch {
    said("The browser gives no clipboard: the trace is in the field below.");
    byId("replay").hidden = false;
  }
});

const openReplay = (open) => {
  byId("replay").hidden = !open;
  byId("replay-open").setAttribute("aria-expanded", String(open));
  (open ? byId("trace") : byId("replay-open")).focus();
};
byId("replay-open").addEventListener("click", () => openReplay(byId("replay").hidden));
byId("replay-close").addEventListener("click", () => openReplay(false));
byId("replay").addEventListener("submit", async (event) => {
  event.preventDefault();
  const reply = await fetch("/replay", { method: "POST", headers: { "content-type": "text/plain" }, body: byId("trace").value });
  const answer = await reply.json();
  if (!reply.ok) return said(answer.error);
  said("");
  player.open(answer, true);
});

const scenario = byId("scenario");
scenario.addEventListener("change", () => {
  byId("about").textContent = byId("theatre").querySelectorAll("dd")[scenario.selectedIndex].textContent;
});
byId("theatre").addEventListener("submit", async (event) => {
  event.preventDefault();
  byId("say").textContent = `Playing ${scenario.value}`;
  document.body.dataset.playing = scenario.value;
  const reply = await fetch(`/scenarios/${scenario.value}`, { method: "POST" });
  delete document.body.dataset.playing;
  if (reply.ok) player.open(await reply.json(), false);
});
