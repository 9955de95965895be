"""
A passage's words as the index keeps them beside its text: analysed once, when the document is
added.

Words are numbers (their dimension in the encoder's space), so that a question is compared with
thirty passages by a few array operations instead of thirty analyses. `pack` makes a short text of
it, for a payload holds only text and numbers.
"""

import base64
import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint32]
Letters = npt.NDArray[np.uint8]
FORMAT = 2  # raised whenever what is stored changes its meaning
_COUNTS = struct.Struct("<5I")


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """
    `words` and `kinds` (the analysis' letters) are those of all units in reading order; `sizes`
    tells how many words each unit has, `line_sizes` how many lines. `lines` are the start and end
    of each quotable line in the passage's text, `cues` the bits of `answer_types.CUES` a unit
    shows. `title` are the words of title and headings, `exact` amounts and references.
    """

    words: Words
    kinds: Letters
    sizes: Words
    cues: Letters
    lines: Words
    line_sizes: Words
    title: Words
    exact: Words

    def pack(self) -> str:
        """Return it as text, about 1.3 characters for each character of Japanese."""
        counts = _COUNTS.pack(
            *map(len, (self.words, self.sizes, self.lines, self.title, self.exact))
        )
        wide = (self.words, self.sizes, self.lines, self.line_sizes, self.title, self.exact)
        parts = (
            counts,
            *(p.astype("<u4").tobytes() for p in wide),
            self.kinds.tobytes(),
            self.cues.tobytes(),
        )
        return base64.b64encode(b"".join(parts)).decode("ascii")

    @classmethod
    def unpack(cls, packed: str) -> "Terms":
        """Return what `pack` wrote, as views on one buffer."""
        raw = base64.b64decode(packed)
        words, units, lines, title, exact = _COUNTS.unpack_from(raw)
        wide = np.frombuffer(
            raw, "<u4", words + 2 * units + 2 * lines + title + exact, _COUNTS.size
        )
        narrow = np.frombuffer(raw, np.uint8, words + units, _COUNTS.size + wide.nbytes)
        b, c = words + units, words + units + 2 * lines
        d, e = c + units, c + units + title
        spans = wide[b:c].reshape(-1, 2)
        return cls(
            wide[:words],
            narrow[:words],
            wide[words:b],
            narrow[words:],
            spans,
            wide[c:d],
            wide[d:e],
            wide[e:],
        )

    def unit(self, number: int) -> list[tuple[int, int]]:
        """
        Return where the lines of the unit at `number`, from 0, start and end in the passage's text.
        """
        first = int(self.line_sizes[:number].sum())
        return [
            (start, end)
            for start, end in self.lines[first : first + int(self.line_sizes[number])].tolist()
        ]
