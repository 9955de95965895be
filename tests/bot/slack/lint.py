"""What Slack refuses, written down a second time: numbers of its documentation, not the ones the renderer uses."""

MESSAGE = {
    *(
        "header",
        "section",
        "context",
        "divider",
        "actions",
        "table",
        "markdown",
        "plan",
        "container",
    ),
    *("data_table", "data_visualization", "context_actions"),
}
MODAL = {"header", "section", "context", "divider", "actions", "input", "alert"}
CONTAINER = {"section", "context", "divider", "actions", "table", "header"}


def walk(value):
    """Yield every object inside a payload, from the outside in."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def text_of(value):
    return sum(
        len(v)
        for d in walk(value)
        for k, v in d.items()
        if k in ("text", "title", "caption", "label") and isinstance(v, str)
    )


def faults(payload):
    """Return what Slack would refuse in a message or view."""
    surface = payload.get("type", "message")
    blocks = payload["blocks"]
    found = []

    def check(fine, what):
        if not fine:
            found.append(what)

    check(len(blocks) <= (50 if surface == "message" else 100), f"{len(blocks)} blocks")
    allowed = (
        MESSAGE
        if surface == "message"
        else MODAL
        if surface == "modal"
        else MODAL - {"alert", "input"}
    )
    for block in blocks:
        check(block["type"] in allowed, f"{block['type']} in a {surface}")
        for child in block.get("child_blocks", ()):
            check(child["type"] in CONTAINER, f"{child['type']} in a container")
    if surface == "message":
        check(0 < len(payload["text"]) <= 4000, f"text of {len(payload['text'])}")
        check(text_of(blocks) <= 13_000, f"{text_of(blocks)} characters")
        check(payload["unfurl_links"] is False and payload["unfurl_media"] is False, "unfurl")
        tables = sum(d.get("type") in ("table", "data_table") for d in walk(blocks))
        check(tables <= 1, f"{tables} tables")
        check(sum(d.get("type") == "data_visualization" for d in walk(blocks)) <= 2, "charts")
        check(
            sum(len(d["text"]) for d in walk(blocks) if d.get("type") == "markdown") <= 12_000,
            "markdown",
        )
    else:
        check(len(payload.get("private_metadata", "")) <= 3000, "private_metadata")
    ids = [
        d["action_id"]
        for d in walk(blocks)
        if "action_id" in d and d.get("type") != "plain_text_input"
    ]
    if surface == "message":
        check(len(ids) == len(set(ids)), "action ids twice")
    named = [d["block_id"] for d in walk(blocks) if "block_id" in d]
    check(len(named) == len(set(named)) and all(len(n) <= 255 for n in named), "block ids")
    for part in walk(blocks):
        _part(part, check)
    for name in ("title", "submit", "close"):
        if surface == "modal" and name in payload:
            check(0 < len(payload[name]["text"]) <= 24, name)
    return found


def _part(part, check):
    match part.get("type"):
        case "section":
            text = part.get("text", {}).get("text")
            check(part.get("fields") or (text and 0 < len(text) <= 3000), "section text")
            check(
                len(part.get("fields", ())) <= 10
                and all(0 < len(f["text"]) <= 2000 for f in part.get("fields", ())),
                "fields",
            )
        case "header":
            check(0 < len(part["text"]["text"]) <= 150, "header")
        case "context":
            check(
                0 < len(part["elements"]) <= 10
                and all(0 < len(e["text"]) <= 3000 for e in part["elements"]),
                "context",
            )
        case "actions":
            check(0 < len(part["elements"]) <= 25, "actions")
        case "button":
            check(0 < len(part["text"]["text"]) <= 75 and len(part["value"]) <= 2000, "button")
            check(
                len(part["action_id"]) <= 255 and len(part.get("accessibility_label", "")) <= 75,
                "button",
            )
            if "confirm" in part:
                asked = part["confirm"]
                check(
                    len(asked["title"]["text"]) <= 100 and len(asked["text"]["text"]) <= 300,
                    "confirm",
                )
                check(
                    len(asked["confirm"]["text"]) <= 30 and len(asked["deny"]["text"]) <= 30,
                    "confirm",
                )
        case "overflow":
            check(2 <= len(part["options"]) <= 5, "overflow")
        case "radio_buttons" | "checkboxes":
            check(1 <= len(part["options"]) <= 10, "options")
        case "static_select":
            check(1 <= len(part["options"]) <= 100, "options")
        case "file_input":
            check(1 <= part["max_files"] <= 10, "files")
        case "alert":
            check(len(part["text"]["text"]) <= 200, "alert")
        case "container":
            check(
                0 < len(part["child_blocks"]) <= 10 and 0 < len(part["title"]["text"]) <= 150,
                "container",
            )
        case "table" | "data_table":
            rows = part["rows"]
            check(
                1 < len(rows) <= 100
                and len({len(row) for row in rows}) == 1
                and len(rows[0]) <= 20,
                "table",
            )
            check(sum(len(c["text"]) for row in rows for c in row) <= 10_000, "table characters")
            check(all(c["text"] for row in rows for c in row), "empty cell")
        case "data_visualization":
            chart = part["chart"]
            names = chart["axis_config"]["categories"]
            check(
                0 < len(part["title"]) <= 50
                and 0 < len(names) <= 20
                and len(set(names)) == len(names),
                "chart",
            )
            check(
                all(0 < len(n) <= 20 for n in (*names, *(s["name"] for s in chart["series"]))),
                "chart labels",
            )
    for option in part.get("options", ()):
        check(0 < len(option["text"]["text"]) <= 75 and 0 < len(option["value"]) <= 150, "option")
