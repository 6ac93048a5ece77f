// The list of what happened: added to as text, filtered, paused, stepped through.
const names = { you: "You", phone: "Phone", app: "Shop app", saw: "Core sees", does: "Core does", backend: "Backend", klarna: "Klarna" };

const clock = (ms) => {
  const sign = ms < 0 ? "−" : "";
  const all = Math.abs(ms);
  const minutes = String(Math.floor(all / 60000)).padStart(2, "0");
  const seconds = String(Math.floor(all / 1000) % 60).padStart(2, "0");
  return `${sign}${minutes}:${seconds}.${String(Math.floor(all) % 1000).padStart(3, "0")}`;
};

export class Timeline {
  #list;
  #pause;
  #step;
  #kept = [];
  #live = [];
  #replaying = false;

  constructor(list, pause, step) {
    this.#list = list;
    this.#pause = pause;
    this.#step = step;
    pause.addEventListener("click", () => this.#setPaused(!this.#paused));
    step.addEventListener("click", () => this.#flush(1));
    // Kept for as long as the browser's tab: a reload loses nothing.
    const hidden = new Set(JSON.parse(sessionStorage.getItem("hidden") ?? "[]"));
    for (const box of document.querySelectorAll("[data-lane]")) {
      const { lane } = box.dataset;
      box.checked = !hidden.has(lane);
      list.classList.toggle(`no-${lane}`, !box.checked);
      box.addEventListener("change", () => {
        hidden[box.checked ? "delete" : "add"](lane);
        list.classList.toggle(`no-${lane}`, !box.checked);
        sessionStorage.setItem("hidden", JSON.stringify([...hidden]));
      });
    }
  }

  get #paused() {
    return this.#pause.getAttribute("aria-pressed") === "true";
  }

  #setPaused(paused) {
    this.#pause.setAttribute("aria-pressed", String(paused));
    this.#pause.textContent = paused ? "Go on" : "Pause";
    this.#step.disabled = !paused;
    if (!paused) this.#flush(Infinity);
  }

  /** News of the phone. */
  add(entries) {
    this.#kept.push(...entries);
    if (!this.#paused && !this.#replaying) this.#flush(Infinity);
  }

  #flush(count) {
    if (this.#replaying) return;
    const news = this.#kept.splice(0, count);
    this.#live.push(...news);
    this.#show(news);
  }

  #show(entries) {
    const atEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 40;
    for (const entry of entries) this.#list.append(this.#row(entry));
    while (this.#list.childElementCount > 3000) this.#list.firstElementChild.remove();
    if (atEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #row(entry) {
    const row = document.createElement("li");
    row.className = `lane-${entry.lane}`;
    row.dataset.kind = entry.kind;
    if (entry.n !== undefined) row.dataset.n = entry.n;
    const cell = (tag, name, text) => {
      const part = document.createElement(tag);
      part.className = name;
      part.textContent = text;
      row.append(part, " ");
    };
    cell("time", "at", clock(entry.at));
    cell("span", "who", names[entry.lane] ?? "");
    cell("span", "what", entry.text);
    return row;
  }

  /** Shows something else instead, up to an entry. */
  replay(entries) {
    this.#replaying = true;
    this.#list.replaceChildren();
    for (const entry of entries) this.#list.append(this.#row(entry));
    this.#list.lastElementChild?.classList.add("latest");
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  /** Back to the phone. */
  live() {
    this.#replaying = false;
    this.#list.replaceChildren();
    this.#show(this.#live);
    if (!this.#paused) this.#flush(Infinity);
  }
}
