"""What a host demands of an Adaptive Card 1.5, checked here because there is no host: kinds, required parts, ids, counts."""

from typing import Any

KINDS = {
    "AdaptiveCard": {"version", "body"},
    "TextBlock": {"text"},
    "Container": {"items"},
    "ColumnSet": {"columns"},
    "Column": {"items"},
    "FactSet": {"facts"},
    "Table": {"columns", "rows"},
    "TableRow": {"cells"},
    "TableCell": {"items"},
    "ActionSet": {"actions"},
    "Input.Text": {"id"},
    "Input.Date": {"id"},
    "Input.Toggle": {"id", "title"},
    "Input.ChoiceSet": {"id", "choices"},
    "Action.Execute": {"verb", "title"},
    "Action.Submit": {"title"},
    "Action.OpenUrl": {"url", "title"},
    "Action.ToggleVisibility": {"targetElements", "title"},
    "Chart.HorizontalBar": {"data", "fallback"},  # Teams' own, with something for other hosts
}
CHOICES = {
    "size": {"Small", "Default", "Medium", "Large", "ExtraLarge"},
    "weight": {"Lighter", "Default", "Bolder"},
    "spacing": {"None", "Small", "Default", "Medium", "Large", "ExtraLarge", "Padding"},
    "fontType": {"Default", "Monospace"},
    "verticalContentAlignment": {"Top", "Center", "Bottom"},
    "horizontalAlignment": {"Left", "Center", "Right"},
}
STYLES = {
    "TextBlock": {"default", "columnHeader", "heading"},
    "Container": {"default", "emphasis", "good", "attention", "warning", "accent"},
    "Input.ChoiceSet": {"compact", "expanded", "filtered"},
    "Action": {"default", "positive", "destructive"},
}


def faults(card: dict[str, Any]) -> list[str]:
    """Return what a host would refuse in a card; none when it is whole."""
    found: list[str] = []
    ids: list[str] = []
    targets: list[str] = []
    if card.get("version") != "1.5":
        found.append("version")
    _walk(card, found, ids, targets)
    found += [f"id {id_} twice" for id_ in {i for i in ids if ids.count(i) > 1}]
    found += [f"no element {target}" for target in targets if target not in ids]
    return found


def _walk(element: Any, found: list[str], ids: list[str], targets: list[str]) -> None:
    if isinstance(element, list):
        for item in element:
            _walk(item, found, ids, targets)
    if not isinstance(element, dict):
        return
    kind = element.get("type", "")
    if kind in KINDS:
        missing = KINDS[kind] - element.keys()
        found += [f"{kind} without {name}" for name in missing]
        found += [
            f"{kind} {name}"
            for name, allowed in CHOICES.items()
            if name in element and element[name] not in allowed
        ]
        allowed = STYLES.get(kind) or STYLES.get(kind.partition(".")[0])
        if allowed and element.get("style", "default") not in allowed:
            found.append(f"{kind} style {element['style']}")
        if kind == "TextBlock" and not (isinstance(element["text"], str) and element["text"]):
            found.append("a text that is none")
        if kind == "ActionSet" and not 0 < len(element["actions"]) <= 6:
            found.append(f"{len(element['actions'])} actions in a set")
        if kind == "Column" and element.get("width") == 0:
            found.append("a column without width")
        if kind == "Table" and any(
            len(row["cells"]) != len(element["columns"]) for row in element["rows"]
        ):
            found.append("a row of another length")
        if kind.startswith("Action.") and not element.get("title"):
            found.append("an action without a title")
        if kind == "Action.ToggleVisibility":
            targets += element["targetElements"]
    elif (kind and "." in kind) or kind[:1].isupper():
        found.append(f"unknown {kind}")
    if "id" in element and kind in KINDS:
        ids.append(element["id"])
    for name, value in element.items():
        if name not in ("data", "msteams", "choices.data") or kind.startswith("Chart."):
            _walk(value, found, ids, targets)
