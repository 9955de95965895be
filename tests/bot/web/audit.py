"""What a browser would find in a page: elements we never write, attributes that run, addresses that lead elsewhere."""

from html.parser import HTMLParser

ALLOWED = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "link",
        "script",
        "noscript",
        "body",
        "a",
        "header",
        "div",
        "img",
        "nav",
        "ul",
        "li",
        "main",
        "h1",
        "h2",
        "h3",
        "form",
        "p",
        "input",
        "label",
        "textarea",
        "button",
        "section",
        "output",
        "progress",
        "template",
        "article",
        "ol",
        "span",
        "time",
        "small",
        "b",
        "strong",
        "mark",
        "br",
        "blockquote",
        "pre",
        "dl",
        "dt",
        "dd",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "svg",
        "rect",
        "line",
        "details",
        "summary",
        "aside",
        "hr",
        "fieldset",
        "legend",
        "select",
        "option",
        "footer",
        "path",
        "figure",
        "figcaption",
        "h4",
        "kbd",
        "em",
        "i",
    ]
)
ADDRESSES = (
    "href",
    "action",
    "src",
    "formaction",
    "srcset",
    "data",
    "poster",
    "content",
    "xlink:href",
)


class _Audit(HTMLParser):
    def __init__(self):
        super().__init__()
        self.bad = []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        runs = any(name.startswith("on") or name in ("style", "srcdoc") for name in values)
        script = tag == "script" and not (values.get("src") or "").startswith("/static/page.js?")
        leads = any(_foreign(values.get(name) or "") for name in ADDRESSES)
        if tag not in ALLOWED or runs or script or leads:
            self.bad.append((tag, attributes))


def _foreign(address):
    """Addresses that run, or that load from elsewhere; a link a person follows to the original may be https."""
    folded = "".join(address.split()).lower()
    return folded.startswith(("javascript:", "data:", "vbscript:", "//", "ftp:"))


def audit(html):
    """Return what ought not to be there."""
    found = _Audit()
    found.feed(html)
    found.close()
    return found.bad
