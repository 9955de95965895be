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
FORMAT = 5  # raised whenever what is stored changes its meaning
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
        counts = map(len, (self.words, self.sizes, self.lines, self.title, self.exact))
        raw = bytearray(_COUNTS.pack(*counts))
        for numbers in (
            self.words,
            self.sizes,
            self.lines,
            self.line_sizes,
            self.title,
            self.exact,
        ):
            raw += numbers.astype("<u4").tobytes()
        raw += self.kinds.tobytes() + self.cues.tobytes()
        return base64.b64encode(raw).decode("ascii")

    @classmethod
    def unpack(cls, packed: str) -> "Terms":
        """Return what `pack` wrote, as views on one buffer."""
        raw = base64.b64decode(packed)
        words, units, lines, title, exact = _COUNTS.unpack_from(raw)
        numbers = words + 2 * units + 2 * lines + title + exact
        wide = np.frombuffer(raw, "<u4", numbers, _COUNTS.size)
        narrow = np.frombuffer(raw, np.uint8, words + units, _COUNTS.size + wide.nbytes)

        sizes_end = words + units
        lines_end = sizes_end + 2 * lines
        line_sizes_end = lines_end + units
        title_end = line_sizes_end + title
        return cls(
            words=wide[:words],
            kinds=narrow[:words],
            sizes=wide[words:sizes_end],
            cues=narrow[words:],
            lines=wide[sizes_end:lines_end].reshape(-1, 2),
            line_sizes=wide[lines_end:line_sizes_end],
            title=wide[line_sizes_end:title_end],
            exact=wide[title_end:],
        )

    def unit(self, number: int) -> list[tuple[int, int]]:
        """
        Return where the lines of the unit at `number`, from 0, start and end in the passage's text.
        """
        first = int(self.line_sizes[:number].sum())
        lines = self.lines[first : first + int(self.line_sizes[number])]
        return [(start, end) for start, end in lines.tolist()]
