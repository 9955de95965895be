"""
The pages people look settings up in, made of their definitions: the example and the README's table
in each language.

`python -m tests.bot.settings_pages` writes them anew.
"""

import re
from pathlib import Path

from bot.environment import definitions
from bot.settings import load, sections_of
from knowledge.values import Language

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "deploy/env.example"
READMES: dict[Language, Path] = {"ja": ROOT / "README.ja.md", "en": ROOT / "README.md"}
HEADS: dict[Language, str] = {
    "ja": "| 設定 | 意味 | 空のとき |\n|---|---|---|\n",
    "en": "| setting | meaning | empty |\n|---|---|---|\n",
}
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


def table(language: Language) -> str:
    """Return the table of a language's README, a row a setting."""
    rows = ""
    for section in sections_of(load({}).platforms):
        for one in definitions(section).values():
            rows += f"| `{one.name}` | {one.meaning.to(language)} | {one.empty.to(language)} |\n"
    return HEADS[language] + rows


def plain(text: str) -> str:
    """Return a cell of the table without its marks."""
    return re.sub(r"\[([^]]*)\]\(([^)]*)\)", r"\1: \2", text).replace("`", "")


def write() -> None:
    EXAMPLE.write_text(example(), encoding="utf-8")
    for language, path in READMES.items():
        before, _, rest = path.read_text(encoding="utf-8").partition(HEADS[language])
        after = rest.partition("\n\n")[2] if rest.startswith("|") else rest.lstrip("\n")
        path.write_text(f"{before}{table(language)}\n{after}", encoding="utf-8")


if __name__ == "__main__":
    write()
