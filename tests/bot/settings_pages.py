"""
The pages people look settings up in, made of their definitions: the example and the README's table.

`python -m tests.bot.settings_pages` writes both anew.
"""

import re
from pathlib import Path

from bot.environment import definitions
from bot.settings import load, sections_of

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "deploy/env.example"
README = ROOT / "README.md"
HEAD = "| setting | meaning | empty |\n|---|---|---|\n"
OURS = "llm-choose"  # heads what belongs to no platform


def example() -> str:
    """Return `deploy/env.example`: every setting, empty, under what it means in both languages."""
    lines = [
        "# .env に写し、使うものを記入します。プラットフォームは、必要な設定がそろうと有効になります。",
        "# Copy to .env and fill in what you use. A platform is on when its section is complete;",
        "# leave a section empty to switch it off.",
    ]
    for section in sections_of(load({}).platforms):
        lines += ["", f"# --- {getattr(section, 'title', OURS)}"]
        for one in definitions(section).values():
            lines.append(f"# {plain(one.meaning.ja)} (空: {plain(one.empty.ja)})")
            lines.append(f"# {plain(one.meaning.en)} (empty: {plain(one.empty.en)})")
            lines.append(f"{one.name}=")
    return "\n".join(lines) + "\n"


def table() -> str:
    """Return the README's table, a row a setting."""
    rows = ""
    for section in sections_of(load({}).platforms):
        for one in definitions(section).values():
            rows += f"| `{one.name}` | {one.meaning.en} | {one.empty.en} |\n"
    return HEAD + rows


def plain(text: str) -> str:
    """Return a cell of the table without its marks."""
    return re.sub(r"\[([^]]*)\]\(([^)]*)\)", r"\1: \2", text).replace("`", "")


def write() -> None:
    EXAMPLE.write_text(example(), encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    before, _, rest = readme.partition(HEAD)
    after = rest.partition("\n\n")[2]
    README.write_text(f"{before}{table()}\n{after}", encoding="utf-8")


if __name__ == "__main__":
    write()
