// Steps through something that was recorded: a pasted trace, or a scenario that was just played.
const byId = (id) => document.getElementById(id);
/** Between two steps, for human eyes. */
const PACE_MS = 500;

export class Player {
  #timeline;
  #show = null;
  #at = 0;
  #timer = null;

  constructor(timeline) {
    this.#timeline = timeline;
    byId("player-back").addEventListener("click", () => this.#go(this.#at - 1));
    byId("player-next").addEventListener("click", () => this.#go(this.#at + 1));
    byId("player-play").addEventListener("click", () => this.#run(this.#timer === null));
    byId("player-end").addEventListener("click", () => this.close());
  }

  open(show, stepping) {
    this.#run(false);
    this.#show = show;
    byId("player").hidden = false;
    byId("player-title").textContent = show.title;
    this.#verdict(show);
    this.#go(Math.min(1, show.entries.length));
    if (!stepping) this.#run(true);
    byId("player-next").focus();
  }

  close() {
    this.#run(false);
    this.#show = null;
    byId("player").hidden = true;
    this.#timeline.live();
    byId("replay-open").focus();
  }

  #verdict(show) {
    const holder = byId("player-verdict");
    holder.replaceChildren();
    if (show.findings === null) return;
    const well = show.findings.length === 0;
    holder.dataset.well = well;
    const list = (title, lines) => {
      const column = document.createElement("div");
      const head = document.createElement("h4");
      head.textContent = title;
      const items = document.createElement("ul");
      for (const line of lines) {
        const item = document.createElement("li");
        item.textContent = line;
        items.append(item);
      }
      column.append(head, items);
      holder.append(column);
    };
    list("Expected", show.expected);
    list(well ? "Actual: as expected" : "Actual: not as expected", well ? show.actual : [...show.actual, ...show.findings]);
  }

  #go(at) {
    if (!this.#show) return;
    const last = this.#show.entries.length;
    this.#at = Math.max(0, Math.min(at, last));
    this.#timeline.replay(this.#show.entries.slice(0, this.#at));
    byId("player-at").textContent = `Step ${this.#at} of ${last}`;
    byId("player-back").disabled = this.#at === 0;
    byId("player-next").disabled = this.#at === last;
    if (this.#at === last) this.#run(false);
  }

  #run(on) {
    clearInterval(this.#timer);
    this.#timer = on ? setInterval(() => this.#go(this.#at + 1), PACE_MS) : null;
    byId("player-play").setAttribute("aria-pressed", String(on));
    byId("player-play").textContent = on ? "Stop" : "Play";
  }
}
