"""
An Office file is a ZIP archive of XML parts. Both are read here as if made by an enemy.

The directory is checked before anything is inflated (overlaps, doubles, declared sizes), inflated
bytes are counted as they come out, and XML with a document type is refused: no Office application
writes one, and every entity attack needs one.
"""

import posixpath
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from xml.parsers import expat

from knowledge.reading.readers.refusal import Budget, Refusal

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_RATIO = 250  # inflated to compressed; XML reaches about 100
_SMALL = 1 << 20  # bytes a part may have whatever its ratio
_COMMENT = 65_535 + _END.size  # bytes; the directory's end lies no further from the file's


@dataclass(frozen=True, slots=True)
class _Member:
    start: int
    packed: int
    size: int
    method: int


@dataclass(frozen=True, slots=True)
class Link:
    """
    A relationship of a part: `kind` is the last word of its type; `target` is a part's name, or
    empty when external.
    """

    id: str
    kind: str
    target: str
    external: bool = False


class Archive:
    """The parts of an Office file by name. Names are compared without case, as the format says."""

    def __init__(self, content: bytes, budget: Budget) -> None:
        self._content = content
        self._budget = budget
        self._members = self._directory()

    def names(self) -> tuple[str, ...]:
        return tuple(self._members)

    def part(self, name: str) -> bytes | None:
        """
        Return the inflated part, or None when there is none of that name.

        Raises:
            Refusal: damaged or archive_bomb.
        """
        member = self._members.get(name.lstrip("/").lower())
        if member is None:
            return None
        local = self._content[member.start : member.start + _LOCAL.size]
        if len(local) < _LOCAL.size or not local.startswith(b"PK\x03\x04"):
            raise Refusal("damaged")
        names = sum(_LOCAL.unpack(local)[-2:])
        start = member.start + _LOCAL.size + names
        packed = self._content[start : start + member.packed]
        return self._inflate(packed, member)

    def links(self, name: str) -> tuple[Link, ...]:
        """
        Return the relationships of the part `name` ("" for the file itself); none when it has no
        list.
        """
        folder, base = posixpath.split(name.lstrip("/"))
        listed = self.part(posixpath.join(folder, "_rels", f"{base}.rels"))
        found: list[Link] = []

        def start(tag: str, values: dict[str, str]) -> None:
            if tag != "Relationship":
                return
            target, external = values.get("Target", ""), values.get("TargetMode") == "External"
            kind = values.get("Type", "").rpartition("/")[2]
            path = target if target.startswith("/") else posixpath.join(folder, target)
            found.append(
                Link(
                    values.get("Id", ""),
                    kind,
                    "" if external else posixpath.normpath(path).lstrip("/"),
                    external,
                )
            )

        if listed is not None:
            parse(listed, self._budget, start)
        return tuple(found)

    def _inflate(self, packed: bytes, member: _Member) -> bytes:
        if member.method == _STORED:
            self._budget.inflated(len(packed))
            return packed
        engine = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            data = engine.decompress(packed, member.size + 1)
        except zlib.error as error:
            raise Refusal("damaged") from error
        self._budget.inflated(len(data))
        if len(data) > member.size:
            raise Refusal("archive_bomb")
        if not engine.eof:
            raise Refusal("damaged")
        return data

    def _directory(self) -> dict[str, _Member]:
        end = self._content.rfind(b"PK\x05\x06", max(0, len(self._content) - _COMMENT))
        if end < 0 or len(self._content) < end + _END.size:
            raise Refusal("damaged")
        _, _, _, _, count, _, offset, _ = self._ending(end)
        if count > self._budget.limits.members:
            raise Refusal("archive_bomb")
        members: dict[str, _Member] = {}
        spans: list[tuple[int, int]] = []
        total = 0
        for _ in range(count):
            offset, name, member = self._entry(offset)
            if name.endswith("/"):
                continue
            if name in members:
                raise Refusal("damaged")
            total += member.size
            if total > self._budget.limits.inflated or (
                member.size > _SMALL and member.size > member.packed * _RATIO
            ):
                raise Refusal("archive_bomb")
            members[name] = member
            spans.append((member.start, member.start + _LOCAL.size + member.packed))
        spans.sort()
        if any(before[1] > after[0] for before, after in pairwise(spans)):
            raise Refusal("archive_bomb")
        return members

    def _ending(self, end: int) -> tuple[bytes, int, int, int, int, int, int, int]:
        head, disk, start, here, count, size, offset, comment = _END.unpack_from(self._content, end)
        return head, disk, start, here, count, size, offset, comment

    def _entry(self, offset: int) -> tuple[int, str, _Member]:
        if (
            len(self._content) < offset + _ENTRY.size
            or self._content[offset : offset + 4] != b"PK\x01\x02"
        ):
            raise Refusal("damaged")
        fields = _ENTRY.unpack_from(self._content, offset)
        flags, method, packed, size = fields[3], fields[4], fields[8], fields[9]
        name_size, extra, comment, start = fields[10], fields[11], fields[12], fields[16]
        raw = self._content[offset + _ENTRY.size : offset + _ENTRY.size + name_size]
        if flags & 1:
            raise Refusal("password_protected")
        if method not in {_STORED, _DEFLATED}:
            raise Refusal("damaged")
        name = (
            raw.decode("utf-8" if flags & 0x800 else "cp437", "replace")
            .replace("\\", "/")
            .lower()
            .lstrip("/")
        )
        return (
            offset + _ENTRY.size + name_size + extra + comment,
            name,
            _Member(start, packed, size, method),
        )


def parse(
    data: bytes,
    budget: Budget,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """
    Walk through `data` and call back with local names (without prefixes), attributes without
    prefixes too.

    Raises:
        Refusal: unsafe (a document type), archive_bomb (nested too deep), damaged.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def refuse(*_: object) -> None:
        raise Refusal("unsafe")

    def opened(tag: str, values: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > budget.limits.depth:
            raise Refusal("archive_bomb")
        start(tag.rpartition(":")[2], {_attribute(name): value for name, value in values.items()})

    def closed(tag: str) -> None:
        nonlocal depth
        depth -= 1
        if end:
            end(tag.rpartition(":")[2])

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    if text:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Refusal("damaged") from error


def _attribute(name: str) -> str:
    """
    Return a relationship id as "rid", apart from a plain "id"; any other attribute without its
    prefix.
    """
    prefix, _, local = name.rpartition(":")
    return "rid" if prefix and local == "id" else local


_MAIN = {
    "wordprocessingml.document.main+xml": "docx",
    "wordprocessingml.template.main+xml": "docx",
    "presentationml.presentation.main+xml": "pptx",
    "presentationml.slideshow.main+xml": "pptx",
    "presentationml.template.main+xml": "pptx",
    "spreadsheetml.sheet.main+xml": "xlsx",
    "spreadsheetml.template.main+xml": "xlsx",
}


def open_office(content: bytes, kind: str, budget: Budget) -> tuple[Archive, str]:
    """
    Return the archive and the name of its main part.

    Raises:
        Refusal: also macro and wrong_kind.
    """
    archive = Archive(content, budget)
    types = archive.part("[Content_Types].xml")
    if types is None:
        raise Refusal("wrong_kind", found="ZIP")
    listed: dict[str, str] = {}

    def start(tag: str, values: dict[str, str]) -> None:
        if tag == "Override":
            listed[values.get("PartName", "").lstrip("/").lower()] = values.get("ContentType", "")
        elif tag == "Default":
            listed["." + values.get("Extension", "").lower()] = values.get("ContentType", "")

    parse(types, budget, start)
    main = next((link.target for link in archive.links("") if link.kind == "officeDocument"), "")
    content_type = listed.get(main.lower()) or listed.get("." + main.rpartition(".")[2].lower(), "")
    if "macroEnabled" in content_type or any(
        name.endswith("vbaproject.bin") for name in archive.names()
    ):
        raise Refusal("macro")
    found = next((name for ending, name in _MAIN.items() if content_type.endswith(ending)), "")
    if found and found != kind:
        raise Refusal("wrong_kind", found=f".{found}")
    if not found or archive.part(main) is None:
        raise Refusal("damaged")
    return archive, main
