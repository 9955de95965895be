// llm-choose: everything here is a convenience; the page reads, asks, answers and uploads without it.
const one = (s, from = document) => from.querySelector(s);
const all = (s, from = document) => [...from.querySelectorAll(s)];
const at = (id) => document.getElementById(id);
const on = (name, run) => document.addEventListener(name, run);
const say = (text) => { if (one("#said")) one("#said").textContent = text; };
const keep = (run) => { try { return run(); } catch { return null; } }; // storage and clipboard may be off
// What only a script can do is offered, what it makes needless is not.
const ours = (from = document) => {
  all("[data-copy]", from).forEach((button) => { button.hidden = false; });
  all("form[data-what] [data-count]", from).forEach((button) => { button.hidden = true; });
};

// ---------------------------------------------------------------- keys
on("keydown", (event) => {
  const area = event.target;
  // Enter sends; Shift+Enter, or Enter that ends a kana conversion, does not.
  if (event.key === "Enter" && area.matches?.("textarea[data-enter]") && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
    event.preventDefault();
    if (area.value.trim()) area.form.requestSubmit();
  }
  if (event.key === "Escape") {
    all(".cite:hover, .cite:focus-within").forEach((cite) => cite.classList.add("shut"));
    if (!one(":popover-open")) one(".drawer:target [data-close]")?.click();
  }
  // Digits answer only while the focus is inside the answers (WCAG 2.1.4).
  const option = /^[1-9]$/.test(event.key) && area.closest?.(".opts")?.querySelectorAll("button")[event.key - 1];
  if (option) { option.focus(); option.click(); }
});

// ---------------------------------------------------------------- sources
// A citation's card stays inside the pane.
for (const name of ["pointerover", "focusin"]) on(name, (event) => {
  const cite = event.target.closest?.(".cite");
  if (!cite) return;
  cite.classList.remove("shut");
  const edge = (cite.closest(".pane, .solo") || document.body).getBoundingClientRect().right;
  cite.classList.toggle("endd", cite.getBoundingClientRect().right + 150 > edge);
});

// Sheets open by address, so Back closes them; the pressed link stays put, focus goes in and comes back.
let from;
let held = 0;
const lit = () => {
  const open = one(".drawer:target");
  all(".cite>a").forEach((a) => { if (a.hash === `#${open?.id}`) a.setAttribute("aria-current", "true"); else a.removeAttribute("aria-current"); });
  if (open) one("h2", open).focus({ preventScroll: true });
  if (from?.isConnected) scrollBy({ top: from.getBoundingClientRect().top - held, behavior: "instant" });
};
on("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (!link) return;
  const inside = link.closest(".drawer");
  if (!inside && at(link.hash.slice(1))?.matches(".drawer")) from = link;
  if (from) held = from.getBoundingClientRect().top;
  if (!("close" in link.dataset)) return;
  event.preventDefault();
  location.hash = "#";
  history.replaceState(null, "", location.pathname + location.search);
  lit();
  from?.focus({ preventScroll: true });
});
addEventListener("hashchange", lit);
lit();

// ---------------------------------------------------------------- elapsed time
const began = new Map(); // turn -> when it began here
setInterval(() => {
  for (const clock of all("[data-tick]")) {
    const id = clock.closest("article")?.id || "waiting";
    if (!began.has(id)) began.set(id, began.get("waiting") || performance.now());
    const seconds = (performance.now() - began.get(id)) / 1000;
    if (seconds > 0.8) clock.textContent = `${seconds.toFixed(1)} ${clock.dataset.unit}`;
  }
}, 100);

// ---------------------------------------------------------------- lists
// Hide the rows without the words typed above them; tell how many are left.
const sift = (input) => {
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const words = plain(input.value).split(/\s+/);
  const rows = all(input.dataset.filter);
  return rows.filter((row) => !(row.hidden = !words.every((word) => plain(row.textContent).includes(word)))).length;
};

// ---------------------------------------------------------------- turns
const head = (article) => one(":is(h1,h2,h3)[tabindex='-1']", article) || article;
// A focus that a new article moved out of view goes on to it.
const astray = () => {
  const box = document.activeElement.getBoundingClientRect();
  const last = all("#turns article").pop();
  if (last && (box.bottom < 0 || box.top > innerHeight)) head(last).focus({ preventScroll: true });
};
const toTop = (article) => article.scrollIntoView({ block: "start", behavior: "instant" });
// One line of a reply: an article in place of itself, of the waiting one or of those that go; or what stands beside it.
const put = (row, waiting, pressed) => {
  const regions = Object.entries(row.regions || {}).filter(([id]) => at(id));
  const inside = regions.some(([id]) => at(id).contains(document.activeElement));
  for (const [id, html] of regions) { at(id).innerHTML = html; ours(at(id)); }
  if (regions.length) all("input[data-filter]").filter((input) => input.value).forEach(sift);
  // What was pressed stood in what is drawn anew: the focus goes on to what the press brought.
  const brought = inside && all("#turns article").pop();
  if (brought) head(brought).focus({ preventScroll: true });
  if (row.regions && at("choose")) at("choose").classList.toggle("ask", Boolean(at("sofar")?.innerHTML));
  if (!row.turn) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = row.html;
  const article = fresh.content.firstElementChild;
  const gone = row.gone.map((id) => at(`t${id}`)).filter(Boolean);
  const old = at(row.turn) || (waiting?.isConnected && waiting) || gone.shift();
  if (old === waiting && began.has("waiting")) { began.set(row.turn, began.get("waiting")); began.delete("waiting"); }
  const focused = [old, ...gone].some((other) => other?.contains(document.activeElement));
  const folds = all("details", article);
  const open = old ? all("details", old).map((fold) => fold.open) : [];
  if (old?.id === row.turn && open.length === folds.length) folds.forEach((fold, n) => { fold.open = open[n]; });
  if (old) old.replaceWith(article); else one("#turns").append(article);
  gone.forEach((other) => other.remove());
  all(`.drawer[data-of="${row.turn.slice(1)}"]`).forEach((drawer) => drawer.remove());
  at("drawers")?.insertAdjacentHTML("beforeend", row.beside || "");
  ours(article);
  tabs(article);
  ranks(article);
  if (focused) head(article).focus({ preventScroll: true });
  // What a press changed is in view: a new article from its beginning, a changed one where it is.
  const box = article.getBoundingClientRect();
  const noted = old?.id === row.turn && one(":scope>[role=status], :scope .note.ok", article);
  if (noted && pressed) noted.scrollIntoView({ block: "nearest" });
  else if (!waiting && old?.id !== row.turn && (box.top < 0 || box.top > innerHeight * 0.6)) toTop(article);
  say(row.said);
};

// One turn over the wire: replies stream back line by line; `sent` hears how much of an upload has gone out.
const going = (change) => { const root = document.documentElement; root.dataset.turns = Number(root.dataset.turns || 0) + change; };
const turn = (method, url, body, waiting, sent, pressed) => new Promise((done, fail) => {
  const call = new XMLHttpRequest();
  let read = 0;
  let last = "";
  const rows = () => {
    if (call.status !== 200) return;
    const end = call.responseText.lastIndexOf("\n") + 1;
    for (const line of call.responseText.slice(read, end).split("\n")) if (line) { const row = JSON.parse(line); last = row.turn || last; put(row, waiting, pressed); }
    read = Math.max(read, end);
  };
  going(1);
  call.onloadend = () => going(-1);
  const over = () => fail(Object.assign(call, { turn: last }));
  call.open(method, url);
  call.setRequestHeader("Accept", "application/x-ndjson");
  if (sent) call.upload.onprogress = (event) => sent(event.loaded / event.total);
  call.onprogress = rows;
  call.onload = () => { rows(); if (call.status === 200 || call.status === 204) done(call.status); else over(); };
  call.onerror = over;
  call.send(body);
});

// The banner says what is wrong, and goes by itself when the server answers again.
let watch;
const lost = (why) => {
  const banner = one("#offline");
  if (!banner) return;
  one("span", banner).textContent = why || banner.dataset.text;
  banner.hidden = false;
  clearInterval(watch);
  if (!why) watch = setInterval(back, 3000);
};
const back = async () => {
  const answered = await fetch("/live", { cache: "no-store" }).then((answer) => answer.ok, () => false);
  if (answered) { clearInterval(watch); one("#offline").hidden = true; }
  return answered;
};
on("click", (event) => { if (event.target.closest("[data-retry]")) back().then((answered) => { if (answered) one("textarea[data-keep]")?.focus(); }); });

// `form.action` would be the field of that name.
on("submit", async (event) => {
  const form = event.target;
  const dismissed = "dismiss" in form.dataset && form.closest("article");
  if (dismissed) {
    event.preventDefault();
    await fetch(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" }).catch(() => lost());
    dismissed.remove();
    return;
  }
  if ("stop" in form.dataset) {
    event.preventDefault();
    one("button", form).disabled = true;
    turn("POST", form.getAttribute("action"), "").catch(() => lost());
    return;
  }
  if (!("turn" in form.dataset)) return;
  event.preventDefault();
  const wait = "wait" in form.dataset;
  const files = form.enctype === "multipart/form-data";
  if ((!wait || files) && form.dataset.busy) return;
  form.dataset.busy = "yes";
  const data = new FormData(form, event.submitter);
  const area = one("textarea[data-enter]", form);
  if (files && !data.getAll("files").some((file) => file.name)) { delete form.dataset.busy; return; }
  let waiting;
  if (wait) {
    waiting = one("#waiting").content.cloneNode(true).firstElementChild;
    const names = data.getAll("files").map((file) => file.name).join("、");
    one("h2", waiting).textContent = data.get("q") || names || data.get("label");
    began.set("waiting", performance.now());
    one("#turns").append(waiting);
    toTop(waiting);
  }
  const typed = area?.value;
  if (area) area.value = "";
  try {
    if (files) { await batches(form, data, waiting); astray(); }
    else await turn("POST", form.getAttribute("action"), new URLSearchParams(data), waiting, undefined, true);
    if (one("#offline")) one("#offline").hidden = true;
    if (area) keep(() => sessionStorage.removeItem("question"));
  } catch (call) {
    if (area) { area.value = typed; keep(() => { sessionStorage.question = typed; }); }
    if (call.status === 401) { keep(() => { sessionStorage.expired = "yes"; }); location.reload(); return; }
    waiting?.remove();
    at(call.turn)?.removeAttribute("aria-busy");
    all(".stopping, .ghost, .steps", at(call.turn) || document.createElement("i")).forEach((part) => part.remove());
    lost((call.getResponseHeader?.("content-type") || "").startsWith("text/plain") && call.responseText);
  }
  delete form.dataset.busy;
});

// Many files go one after the other, ten at a time, with n of how many.
const batches = async (form, data, waiting) => {
  const bar = one("progress", form);
  const output = one("output", form);
  const files = data.getAll("files").filter((file) => file.name);
  bar.hidden = false;
  for (let n = 0; n < files.length; n += 10) {
    const part = new FormData();
    for (const [name, value] of data) if (name !== "files") part.append(name, value);
    files.slice(n, n + 10).forEach((file) => part.append("files", file));
    const share = Math.min(10, files.length - n) / files.length;
    output.textContent = output.dataset.left.replace("{n}", Math.min(n + 10, files.length)).replace("{of}", files.length);
    await turn("POST", form.getAttribute("action"), part, n ? undefined : waiting, (done) => { bar.value = 100 * (n / files.length + done * share); });
  }
  form.reset();
  bar.hidden = true;
  output.textContent = "";
};

// A page that was loaded while a turn runs goes on with it; one that ended meanwhile (204) is kept, and read anew.
const anew = () => location.reload();
for (const article of all("article[aria-busy]")) turn("GET", `/turns/${article.id.slice(1)}`, null, article).then((status) => { if (status === 204) anew(); }, anew);

// ---------------------------------------------------------------- files
for (const name of ["dragover", "dragleave", "drop"]) on(name, (event) => {
  const drop = event.target.closest?.(".drop");
  if (!drop) return;
  event.preventDefault();
  drop.classList.toggle("over", name === "dragover");
  if (name !== "drop") return;
  one("input[type='file']", drop).files = event.dataTransfer.files;
  if ("drop" in drop.dataset) drop.requestSubmit();
});
on("change", (event) => {
  const output = event.target.type === "file" && one("output", event.target.closest(".drop"));
  if (output) output.textContent = [...event.target.files].map((file) => file.name).join("、");
});

// ---------------------------------------------------------------- copying, editing, filtering
on("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    await keep(() => navigator.clipboard.writeText(button.dataset.copy).catch(() => {}));
    const output = one("output", button.closest(".tools, .row"));
    if (output) output.textContent = button.dataset.said;
    say(button.dataset.said);
  }
  const edit = event.target.closest("a[data-edit]");
  const area = edit && one("textarea[data-keep]");
  if (area) {
    event.preventDefault();
    area.value = edit.dataset.edit;
    area.focus();
  }
});
for (const input of all("input[data-filter]")) input.addEventListener("input", () => {
  say(input.dataset.said.replace("{}", sift(input)));
});

// ---------------------------------------------------------------- tabs: sections follow one another without this
const tabs = (root) => all("[data-tabs]", root).forEach((bar) => {
  const links = all("a", bar);
  const pick = (tab) => links.forEach((other) => {
    other.setAttribute("aria-selected", String(other === tab));
    other.tabIndex = other === tab ? 0 : -1;
    at(other.hash.slice(1)).hidden = other !== tab;
  });
  bar.setAttribute("role", "tablist");
  links.forEach((tab, n) => {
    const panel = at(tab.hash.slice(1));
    tab.setAttribute("role", "tab");
    tab.id = `${panel.id}-tab`;
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    tab.addEventListener("click", (event) => { event.preventDefault(); pick(tab); });
    tab.addEventListener("keydown", (event) => {
      const next = links[(n + ({ ArrowRight: 1, ArrowLeft: -1 }[event.key] || 0) + links.length) % links.length];
      if (next !== tab) { event.preventDefault(); pick(next); next.focus(); }
    });
  });
  // on a phone the long form that tries other answers waits behind its tab
  const behind = innerWidth < 700 && links.length > 1 && one("#trial", at(links[0].hash.slice(1)));
  if (links.length) pick(links[behind ? 1 : 0]);
});
tabs(document);

// ---------------------------------------------------------------- the picture: passages in either order
const ranks = (root) => all("[data-rank]", root).forEach((seg) => {
  seg.hidden = false;
  const rank = seg.closest(".rank");
  const rows = all(".psg>li", rank);
  seg.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const first = button.dataset.by === "first";
    all("button", seg).forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    const order = () => {
      rank.classList.toggle("first", first);
      const sorted = first ? [...rows].sort((a, b) => a.dataset.first - b.dataset.first) : rows;
      one(".psg", rank).append(...sorted);
    };
    if (document.startViewTransition && !matchMedia("(prefers-reduced-motion:reduce)").matches) document.startViewTransition(order); else order();
  });
});
ranks(document);

// ---------------------------------------------------------------- embedded in another page: the frame has no room for the menu
if (self !== top) document.documentElement.dataset.embedded = "";

// ---------------------------------------------------------------- before an audience: arrows turn the screens
const screens = all(".show [data-screen]");
const marked = () => {
  const stop = /(\d)(?:\/| of )\d\)?$/.exec(one("#turns h2")?.textContent || "");
  screens.forEach((button) => { if (stop?.[1] === button.dataset.screen) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current"); });
};
if (screens.length) {
  new MutationObserver(marked).observe(one("#turns"), { childList: true, subtree: true });
  marked();
  on("keydown", (event) => {
    const step = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    if (!step || event.target.closest("input,textarea,[role=tablist],.scroll")) return;
    event.preventDefault();
    screens[screens.findIndex((button) => button.hasAttribute("aria-current")) + step]?.click();
  });
}

// ---------------------------------------------------------------- what if: another answer moves the bars
on("change", async (event) => {
  const form = event.target.closest("form[data-what]");
  if (!form) return;
  const board = at("board");
  board.setAttribute("aria-busy", "true");
  const told = await fetch(`${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : null), () => null);
  board.removeAttribute("aria-busy");
  if (!told) { lost(); return; }
  board.innerHTML = told.board;
  one("[data-outcome]", form).innerHTML = told.outcome;
  form.classList.toggle("trial", told.changed);
  for (const set of all("fieldset[data-was]", form)) {
    const checked = one("input:checked", set);
    set.classList.toggle("moved", checked?.value !== set.dataset.was);
    if (checked) one("summary b", set.parentElement).textContent = checked.closest("label").textContent;
  }
  say(one("[data-outcome]", form).textContent);
});

// ---------------------------------------------------------------- the beginning
ours();
// The newest question stands at the top of the window.
if (!location.hash || /^#t[0-9a-f]+$/.test(location.hash)) {
  const newest = all(".talk .turn").pop();
  if (newest) toTop(newest);
}
// What was typed outlives a lost connection and an ended session.
for (const area of all("textarea[data-keep]")) keep(() => {
  if (sessionStorage.question && !area.value) { area.value = sessionStorage.question; area.setSelectionRange(area.value.length, area.value.length); }
  area.addEventListener("input", () => { sessionStorage.question = area.value; });
  area.form.addEventListener("submit", () => { if (!("turn" in area.form.dataset)) sessionStorage.sent = area.value; });
});
// The question that began this talk arrived: it is not typed any more.
keep(() => {
  if (sessionStorage.sent && all(".turn h2").some((heading) => heading.textContent === sessionStorage.sent)) {
    sessionStorage.removeItem("question");
    for (const area of all("textarea[data-keep]")) if (area.value === sessionStorage.sent) area.value = "";
  }
  sessionStorage.removeItem("sent");
});
keep(() => {
  if (at("kept")) { at("kept").hidden = !sessionStorage.expired; }
  else sessionStorage.removeItem("expired");
});

// ---------------------------------------------------------------- walls
// What goes on elsewhere is asked for again and again, while somebody looks; what was opened stays open.
for (const wall of all("[data-live]")) setInterval(async () => {
  if (document.hidden) return;
  const told = await fetch(wall.dataset.live).catch(() => null);
  const html = told?.ok ? await told.text() : wall.told;
  if (html === undefined || html === wall.told) return;
  wall.told = html;
  wall.innerHTML = html;
}, 2000);
