// llm-choose: everything here is a convenience; the page reads, asks and answers without it.
const one = (s, from = document) => from.querySelector(s);
const all = (s, from = document) => [...from.querySelectorAll(s)];
const said = (text) => { one("#said").textContent = text; };

// A citation opens its source and lights it up; focus follows, so a screen reader reads the passage.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.cite");
  const source = link && document.getElementById(link.hash.slice(1))?.closest("details");
  if (!source) return;
  event.preventDefault();
  all(".lit").forEach((other) => other.classList.remove("lit"));
  source.open = true;
  source.classList.add("lit");
  one("summary", source).focus();
});

// Enter sends, Shift+Enter breaks the line. Enter that closes a kana conversion never sends.
for (const area of all("textarea[data-enter]")) {
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (area.value.trim()) area.form.requestSubmit();
  });
}

// A turn: what was asked stands at once, each reply takes the place of the one before it.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("turn" in form.dataset)) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  let article = one("#waiting").content.cloneNode(true).firstElementChild;
  one("h2", article).textContent = body.get("q") || body.get("label") || event.submitter?.textContent || "";
  one("#empty")?.remove();
  one("#turns").append(article);
  article.scrollIntoView({ block: "nearest" });
  const area = one("textarea", form);
  const typed = area?.value;
  if (area) area.value = "";
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/x-ndjson" } });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = "", part; !(part = await reader.read()).done;) {
      const lines = (rest + part.value).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const reply = JSON.parse(line);
        const fresh = document.createElement("template");
        fresh.innerHTML = reply.html;
        article.replaceWith(fresh.content);
        article = document.getElementById(reply.turn);
        said(reply.said);
      }
    }
  } catch {
    article.remove();
    if (area) area.value = typed;
    one("#offline").hidden = false;
  }
});

// Dropping files is the same as choosing them.
const drop = one(".drop");
if (drop) {
  const input = one("input", drop);
  const list = () => { one("output", drop).textContent = [...input.files].map((file) => file.name).join("、"); };
  for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.toggle("over", over); });
  }
  drop.addEventListener("drop", (event) => { input.files = event.dataTransfer.files; list(); });
  input.addEventListener("change", list);
}

// Losing the connection is said, and what was typed stays.
const net = () => { one("#offline").hidden = navigator.onLine; };
addEventListener("online", net);
addEventListener("offline", net);
net();
