// llm-choose: everything here is a convenience; the page reads, asks, answers and uploads without it.
const one = (s, from = document) => from.querySelector(s);
const all = (s, from = document) => [...from.querySelectorAll(s)];
const at = (id) => document.getElementById(id);

// A citation opens its source and lights it up; focus follows, so a screen reader reads the passage.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.cite");
  const source = link && at(link.hash.slice(1))?.closest("details");
  if (!source) return;
  event.preventDefault();
  all(".lit").forEach((other) => other.classList.remove("lit"));
  source.open = true;
  source.classList.add("lit");
  one("summary", source).focus();
});

// Enter sends, Shift+Enter breaks the line. Enter that closes a kana conversion never sends.
document.addEventListener("keydown", (event) => {
  const area = event.target;
  if (!("enter" in (area.dataset || {})) || event.key !== "Enter" || event.shiftKey) return;
  if (event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  if (area.value.trim()) area.form.requestSubmit();
});

// One line of a reply: an article in place of itself, of the waiting one or of those that go; or what stands beside it.
const put = (row, waiting) => {
  for (const [id, html] of Object.entries(row.regions || {})) if (at(id)) at(id).innerHTML = html;
  if (!row.turn) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = row.html;
  const article = fresh.content.firstElementChild;
  const gone = row.gone.map((id) => at(`t${id}`)).filter(Boolean);
  const old = at(row.turn) || (waiting?.isConnected && waiting) || gone.shift();
  const focused = [old, ...gone].some((other) => other?.contains(document.activeElement));
  const folds = all("details", article);
  const open = old ? all("details", old).map((fold) => fold.open) : [];
  if (old?.id === row.turn && open.length === folds.length) folds.forEach((fold, n) => { fold.open = open[n]; });
  if (old) old.replaceWith(article); else one("#turns").append(article);
  gone.forEach((other) => other.remove());
  if (focused) one("[tabindex='-1']", article)?.focus();
  else if (!old) article.scrollIntoView({ block: "nearest" });
  one("#said").textContent = row.said;
};

// One turn over the wire: replies stream back line by line; `sent` hears how much of an upload has gone out.
const turn = (method, url, body, waiting, sent) => new Promise((done, fail) => {
  const call = new XMLHttpRequest();
  let read = 0;
  const rows = () => {
    if (call.status !== 200) return;
    const end = call.responseText.lastIndexOf("\n") + 1;
    for (const line of call.responseText.slice(read, end).split("\n")) if (line) put(JSON.parse(line), waiting);
    read = Math.max(read, end);
  };
  call.open(method, url);
  call.setRequestHeader("Accept", "application/x-ndjson");
  if (sent) call.upload.onprogress = (event) => sent(event.loaded / event.total);
  call.onprogress = rows;
  call.onload = () => { rows(); if (call.status === 200) done(); else fail(call); };
  call.onerror = () => fail(call);
  call.send(body);
});

// `form.action` would be the field of that name.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("turn" in form.dataset)) return;
  event.preventDefault();
  const wait = "wait" in form.dataset;
  if (!wait && form.dataset.busy) return;
  form.dataset.busy = "yes";
  const data = new FormData(form, event.submitter);
  const files = form.enctype === "multipart/form-data";
  const area = one("textarea[data-enter]", form);
  const bar = one("progress", form);
  let waiting;
  if (wait) {
    waiting = one("#waiting").content.cloneNode(true).firstElementChild;
    const names = data.getAll("files").map((file) => file.name).join("、");
    one("h2", waiting).textContent = data.get("q") || names || data.get("label");
    one("#empty")?.remove();
    one("#turns").append(waiting);
    waiting.scrollIntoView({ block: "nearest" });
  }
  const typed = area?.value;
  if (area) area.value = "";
  if (bar) bar.hidden = false;
  try {
    await turn("POST", form.getAttribute("action"), files ? data : new URLSearchParams(data), waiting, bar && ((part) => { bar.value = part * 100; }));
    one("#offline").hidden = true;
    if (files) form.reset();
  } catch (call) {
    if (call.status === 401) location.reload();
    waiting?.remove();
    if (area) area.value = typed;
    const why = (call.getResponseHeader?.("content-type") || "").startsWith("text/plain") && call.responseText;
    one("#offline").hidden = false;
    one("#offline").textContent = why || one("#offline").dataset.text;
  }
  if (bar) bar.hidden = true;
  all("output", form).forEach((output) => { output.textContent = ""; });
  delete form.dataset.busy;
});

// A page that was loaded while a turn runs goes on with it.
for (const article of all("article[aria-busy]")) turn("GET", `/turns/${article.id.slice(1)}`, null, article).catch(() => {});

// Dropping files is the same as choosing them.
for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(name, (event) => {
    const drop = event.target.closest?.(".drop");
    if (!drop) return;
    event.preventDefault();
    drop.classList.toggle("over", over);
    if (name !== "drop") return;
    const input = one("input[type='file']", drop);
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
document.addEventListener("change", (event) => {
  const output = event.target.type === "file" && one("output", event.target.closest(".drop"));
  if (output) output.textContent = [...event.target.files].map((file) => file.name).join("、");
});
