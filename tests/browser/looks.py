"""What is looked for on a page, whatever it shows: what does not fit, what is torn, what is lost."""

from playwright.sync_api import Page

WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# what a window cuts off: lists and tables of three columns or fewer that scroll sideways
CUT = """() => [...document.querySelectorAll('.scroll')].filter(
  box => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1
    && (box.querySelector('.list') || !box.querySelector('th:nth-child(4),td:nth-child(4)'))
).map(box => box.innerText.slice(0, 80))"""
# words of Latin letters that are torn over two lines; addresses and ids may be
TORN = """() => {
  const torn = [];
  const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    if (!node.parentElement.checkVisibility() || node.parentElement.closest('code,.hidden')) continue;
    for (const word of node.data.matchAll(/(?<!:)[A-Za-z]{3,24}/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const tops = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
      if (tops.size > 1) torn.push(word[0]);
    }
  }
  return torn;
}"""
# what has the focus and cannot be seen: outside the window, or below something else
FOCUS_LOST = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return "";
  const box = one.getBoundingClientRect();
  const seen = box.bottom > 0 && box.top < innerHeight;
  return seen ? "" : one.outerHTML.slice(0, 120);
}"""


def violations(page: Page, axe: str) -> list[str]:
    """Return what axe finds amiss in what the page shows now."""
    if not axe:
        return []
    # evaluated over the debugging protocol: the page's own policy lets no foreign script in
    page.evaluate(axe)
    result = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in result["violations"]]
