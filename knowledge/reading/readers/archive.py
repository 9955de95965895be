"""
An Office file is a ZIP archive of XML parts. Both are read here as if made by an enemy.

The standard library reads the directory; it is checked before anything is inflated (overlaps,
doubles, declared sizes). Inflated bytes are counted as they come out, and XML with a document type
is refused: no Office application writes one, and every entity attack needs one.
"""

import io
import posixpath
import struct
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from operator import attrgetter
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from knowledge.reading.readers.refusal import Budget, Refusal

_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = b"PK\x01\x02"  # begins each entry of the directory
_PACKINGS = (ZIP_STORED, ZIP_DEFLATED)
_UTF8 = 0x800  # bit of an entry's flags: its name is UTF-8
_ENCRYPTED = 1  # bit of an entry's flags
_RATIO = 250  # inflated to compressed; XML reaches about 100
_SMALL = 1 << 20  # bytes a part may have whatever its ratio
# times the parts allowed: so many entries may stand in a file whose parts are archives, too
_NESTED = 2


@dataclass(frozen=True, slots=True)
class Link:
    """
    A relationship of a part: `kind` is the last word of its type; `target` is a part's name, or
    empty when external, and `outside` is what it then leads to.
    """

    id: str
    kind: str
    target: str
    external: bool = False
    outside: str = ""


class Archive:
    """
    The parts of an Office file by name. Names are compared without case, as the format says, but
    for an archive of files (`exact`).
    """

    def __init__(self, content: bytes, budget: Budget, *, exact: bool = False) -> None:
        self._content = content
        self._budget = budget
        self._exact = exact
        self._members = self._directory()

    def names(self) -> tuple[str, ...]:
        return tuple(self._members)

    def part(self, name: str) -> bytes | None:
        """
        Return the inflated part, or None when there is none of that name.

        Raises:
            Refusal: damaged or archive_bomb.
        """
        member = self._members.get(self._key(name))
        if member is None:
            return None
        start = member.header_offset
        local = self._content[start : start + _LOCAL.size]
        if len(local) < _LOCAL.size or not local.startswith(b"PK\x03\x04"):
            raise Refusal("damaged")
        names = sum(_LOCAL.unpack(local)[-2:])
        start += _LOCAL.size + names
        packed = self._content[start : start + member.compress_size]
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
                    target if external else "",
                )
            )

        if listed is not None:
            parse(listed, self._budget, start)
        return tuple(found)

    def _inflate(self, packed: bytes, member: ZipInfo) -> bytes:
        if member.compress_type == ZIP_STORED:
            self._budget.inflated(len(packed))
            return packed
        engine = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            data = engine.decompress(packed, member.file_size + 1)
        except zlib.error as error:
            raise Refusal("damaged") from error
        self._budget.inflated(len(data))
        if len(data) > member.file_size:
            raise Refusal("archive_bomb")
        if not engine.eof:
            raise Refusal("damaged")
        return data

    def _directory(self) -> dict[str, ZipInfo]:
        limit = self._budget.limits.members
        if self._content.count(_ENTRY) > limit * _NESTED:  # a list of millions is not even begun
            raise Refusal("too_many_parts", limit=f"{limit:,}")
        entries = _entries(self._content)
        if len(entries) > limit:
            raise Refusal("too_many_parts", limit=f"{limit:,}")
        members: dict[str, ZipInfo] = {}
        for entry in entries:
            name = self._key(_readable(entry) if self._exact else entry.filename)
            if name.endswith("/"):
                continue
            if name in members:
                raise Refusal("doubled_parts")
            members[name] = entry
        self._weigh(members.values())
        return members

    def _key(self, name: str) -> str:
        """Return a name as it is looked up."""
        path = name.replace("\\", "/").lstrip("/")
        return path if self._exact else path.lower()

    def _weigh(self, members: Collection[ZipInfo]) -> None:
        """
        Refuse parts that cannot be unpacked or would unfold to too much, by what the directory says
        of them.
        """
        total = 0
        for member in members:
            if member.flag_bits & _ENCRYPTED:
                raise Refusal("password_protected")
            if member.compress_type not in _PACKINGS:
                raise Refusal("unknown_packing")
            if member.file_size > _SMALL and member.file_size > member.compress_size * _RATIO:
                raise Refusal("archive_bomb")
            total += member.file_size
        if total > self._budget.limits.inflated:
            raise Refusal("archive_bomb")
        _apart(members)


def _readable(entry: ZipInfo) -> str:
    """Return a file's name, which Japanese Windows writes without saying in which encoding."""
    if entry.flag_bits & _UTF8 or entry.filename.isascii():
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("cp932")
    except UnicodeError:
        return entry.filename


def _apart(members: Collection[ZipInfo]) -> None:
    """
    Refuse parts of which one begins before another has ended: the same bytes would be unfolded
    again and again.
    """
    end = 0
    for member in sorted(members, key=attrgetter("header_offset")):
        if member.header_offset < end:
            raise Refusal("overlapping_parts")
        end = (
            member.header_offset + _LOCAL.size + member.compress_size
        )  # its name is not counted: it lies a little further


def _entries(content: bytes) -> list[ZipInfo]:
    try:
        with ZipFile(io.BytesIO(content)) as opened:
            return opened.infolist()
    except NotImplementedError as error:  # made for a later version of the format
        raise Refusal("unknown_packing") from error
    except (
        BadZipFile,
        ValueError,
        OverflowError,
        struct.error,
    ) as error:  # numbers beyond every file, odd names
        raise Refusal("damaged") from error


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
    last = True  # there is no more of the part
    try:
        parser.Parse(data, last)
    except expat.ExpatError as error:
        raise Refusal("damaged") from error


def _attribute(name: str) -> str:
    """
    Return a relationship id as "rid", apart from a plain "id"; any other attribute without its
    prefix.
    """
    prefix, _, local = name.rpartition(":")
    if prefix and local == "id":
        return "rid"
    return local


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
