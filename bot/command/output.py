"""What machines read: one JSON document, or one a line, on standard output."""

import json
import sys

from bot.shapes import Json, added, answer, document, hits, receipt, talk

__all__ = ["Json", "added", "answer", "document", "hits", "line", "receipt", "talk"]


def line(document: Json) -> None:
    """Write one JSON document on one line."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    sys.stdout.flush()
