// Put on an intranet page, this shows a button at its foot that opens the page to ask in a frame:
// <script src="https://bot.example.com/embed.js" data-language="ja" defer></script>
(() => {
  const me = document.currentScript;
  const home = new URL(me.src).origin;
  const ja = (me.dataset.language || document.documentElement.lang || "ja").startsWith("ja");
  const words = ja ? { ask: "社内資料に質問する", close: "閉じる" } : { ask: "Ask the documents", close: "Close" };
  const button = document.createElement("button");
  const frame = document.createElement("iframe");
  const set = (element, styles) => { for (const [name, value] of Object.entries(styles)) element.style.setProperty(name, value); };
  button.type = "button";
  button.textContent = me.dataset.label || words.ask;
  button.setAttribute("aria-expanded", "false");
  frame.title = button.textContent;
  frame.hidden = true;
  set(button, { position: "fixed", right: "1rem", bottom: "1rem", "z-index": "2147483000", font: "600 15px/1.4 sans-serif", padding: ".7rem 1.1rem", border: "1px solid #0f3350", "border-radius": "99px", background: "#0f3350", color: "#fff", cursor: "pointer" });
  set(frame, { position: "fixed", right: "1rem", bottom: "4.5rem", "z-index": "2147483000", width: "min(26rem, calc(100vw - 2rem))", height: "min(40rem, calc(100vh - 6rem))", border: "1px solid #7a8994", "border-radius": "14px", background: "#fff" });
  const show = (open) => {
    if (open && !frame.src) frame.src = `${home}/?lang=${ja ? "ja" : "en"}`;
    frame.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? words.close : me.dataset.label || words.ask;
    (open ? frame : button).focus();
  };
  button.addEventListener("click", () => show(frame.hidden));
  addEventListener("keydown", (event) => { if (event.key === "Escape" && !frame.hidden) show(false); });
  const begin = () => document.body.append(button, frame);
  if (document.body) begin(); else addEventListener("DOMContentLoaded", begin);
})();
