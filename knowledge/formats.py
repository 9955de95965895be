"""
The file formats that are taken in: one row for each, from which everything else is derived.

The child's readers, the check of a file's first bytes, the file pickers and hints of every face,
the icons beside sources, the file names that answers may show, and the list in the README. How to
add one: docs/how-to/add-a-format.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.values import Language, Phrase

HEAD = 1024  # bytes; PDF allows its header that late (ISO 32000-1, Annex H.3)
DRAWING = "drawing"  # the reader that draws a page instead of reading it
_BETWEEN: dict[Language, str] = {"ja": "・", "en": ", "}


@dataclass(frozen=True, slots=True)
class Signature:
    """
    The bytes that a file of some kind is known by: any of `starts`, at its very beginning or
    anywhere in the first `within` bytes.
    """

    name: str
    starts: tuple[bytes, ...]
    within: int = 0


ZIP = Signature("zip", (b"PK\x03\x04", b"PK\x05\x06"))
PDF = Signature("pdf", (b"%PDF-",), within=HEAD)
OLE = Signature("ole", (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",))
RTF = Signature("rtf", (b"{\\rtf",))
PNG = Signature("png", (b"\x89PNG",))
JPEG = Signature("jpeg", (b"\xff\xd8\xff",))
TIFF = Signature("tiff", (b"II*\x00", b"MM\x00*"))


@dataclass(frozen=True, slots=True)
class Format:
    """
    One format. `endings` are those of file names, without the dot, in lower case, the usual one
    first; `kind` is what a document of it is called everywhere, and may be that of several formats.

    `reader` is a module of `knowledge.reading.readers`. Without a `signature` it is a text.
    `pictures` is the reader for its pages that are only pictures, where the extra `ocr` is
    installed. `running`: its pages have heads, feet and numbers, which are no text of the document.
    `becomes` is the kind it is converted to first, by a program that may not be there.
    `application` is the program people know it by. `domains` are those endings that are top-level
    domains as well, so that a name with one may be an address.
    """

    kind: str
    endings: tuple[str, ...]
    name: Phrase
    media_type: str
    reader: str
    signature: Signature | None = None
    pictures: str = ""
    running: bool = False
    becomes: str = ""
    application: str = ""
    domains: tuple[str, ...] = ()


_OPEN_XML = "application/vnd.openxmlformats-officedocument"
FORMATS: tuple[Format, ...] = (  # as people are shown them: the most common first
    Format(
        kind="pdf",
        endings=("pdf",),
        name=Phrase("PDF", "PDF"),
        media_type="application/pdf",
        reader="pdf",
        signature=PDF,
        pictures="scan",
        running=True,
        application="PDF",
    ),
    Format(
        kind="pptx",
        endings=("pptx",),
        name=Phrase("PowerPointのスライド", "PowerPoint slides"),
        media_type=f"{_OPEN_XML}.presentationml.presentation",
        reader="pptx",
        signature=ZIP,
        application="Microsoft PowerPoint",
    ),
    Format(
        kind="docx",
        endings=("docx",),
        name=Phrase("Word文書", "Word documents"),
        media_type=f"{_OPEN_XML}.wordprocessingml.document",
        reader="docx",
        signature=ZIP,
        application="Microsoft Word",
    ),
    Format(
        kind="xlsx",
        endings=("xlsx",),
        name=Phrase("Excelブック", "Excel workbooks"),
        media_type=f"{_OPEN_XML}.spreadsheetml.sheet",
        reader="xlsx",
        signature=ZIP,
        application="Microsoft Excel",
    ),
    Format(
        kind="csv",
        endings=("csv",),
        name=Phrase("コンマ区切りの表", "comma-separated values"),
        media_type="text/csv",
        reader="csv_table",
    ),
    Format(
        kind="csv",
        endings=("tsv",),
        name=Phrase("タブ区切りの表", "tab-separated values"),
        media_type="text/tab-separated-values",
        reader="csv_table",
    ),
    Format(
        kind="html",
        endings=("html", "htm"),
        name=Phrase("ウェブページ", "web pages"),
        media_type="text/html",
        reader="html",
    ),
    Format(
        kind="markdown",
        endings=("md", "markdown"),
        name=Phrase("Markdown", "Markdown"),
        media_type="text/markdown",
        reader="markdown",
        domains=("md",),  # Moldova's
    ),
    Format(
        kind="text",
        endings=("txt", "text"),
        name=Phrase("テキスト", "plain text"),
        media_type="text/plain",
        reader="text",
    ),
    Format(
        kind="odt",
        endings=("odt",),
        name=Phrase("OpenDocumentの文書", "OpenDocument texts"),
        media_type="application/vnd.oasis.opendocument.text",
        reader="odf",
        signature=ZIP,
    ),
    Format(
        kind="ods",
        endings=("ods",),
        name=Phrase("OpenDocumentの表", "OpenDocument sheets"),
        media_type="application/vnd.oasis.opendocument.spreadsheet",
        reader="odf",
        signature=ZIP,
    ),
    Format(
        kind="odp",
        endings=("odp",),
        name=Phrase("OpenDocumentのスライド", "OpenDocument slides"),
        media_type="application/vnd.oasis.opendocument.presentation",
        reader="odf",
        signature=ZIP,
    ),
    Format(
        kind="rtf",
        endings=("rtf",),
        name=Phrase("リッチテキスト", "rich text"),
        media_type="application/rtf",
        reader="rtf",
        signature=RTF,
    ),
    Format(
        kind="eml",
        endings=("eml",),
        name=Phrase("メール", "mails"),
        media_type="message/rfc822",
        reader="mail",
    ),
    Format(
        kind="msg",
        endings=("msg",),
        name=Phrase("Outlookのメール", "Outlook mails"),
        media_type="application/vnd.ms-outlook",
        reader="outlook",
        signature=OLE,
    ),
    Format(
        kind="zip",
        endings=("zip",),
        name=Phrase("ZIPアーカイブ", "ZIP archives"),
        media_type="application/zip",
        reader="bundle",
        signature=ZIP,
        domains=("zip",),
    ),
    Format(
        kind="image",
        endings=("png",),
        name=Phrase("PNG画像", "PNG pictures"),
        media_type="image/png",
        reader="picture",
        signature=PNG,
    ),
    Format(
        kind="image",
        endings=("jpg", "jpeg"),
        name=Phrase("JPEG画像", "JPEG pictures"),
        media_type="image/jpeg",
        reader="picture",
        signature=JPEG,
    ),
    Format(
        kind="image",
        endings=("tiff", "tif"),
        name=Phrase("TIFF画像", "TIFF pictures"),
        media_type="image/tiff",
        reader="picture",
        signature=TIFF,
    ),
    Format(
        kind="doc",
        endings=("doc",),
        name=Phrase("旧形式のWord文書", "old Word documents"),
        media_type="application/msword",
        reader="docx",
        signature=OLE,
        becomes="docx",
        application="Microsoft Word",
    ),
    Format(
        kind="xls",
        endings=("xls",),
        name=Phrase("旧形式のExcelブック", "old Excel workbooks"),
        media_type="application/vnd.ms-excel",
        reader="xlsx",
        signature=OLE,
        becomes="xlsx",
        application="Microsoft Excel",
    ),
    Format(
        kind="ppt",
        endings=("ppt",),
        name=Phrase("旧形式のPowerPoint", "old PowerPoint slides"),
        media_type="application/vnd.ms-powerpoint",
        reader="pptx",
        signature=OLE,
        becomes="pptx",
        application="Microsoft PowerPoint",
    ),
)


def readers() -> dict[str, str]:
    """Return the module that reads each kind, and those for pages that are only pictures."""
    modules = {row.kind: row.reader for row in FORMATS}
    modules[DRAWING] = DRAWING
    for row in FORMATS:
        if row.pictures:
            modules[row.pictures] = row.pictures
    return modules


def ending(name: str) -> str:
    """Return what stands behind the last dot of a file name, in lower case; "" without a dot."""
    _, dot, last = name.rpartition(".")
    return last.strip().lower() if dot else ""


def format_of(name: str) -> Format | None:
    """Return the format that a file's name says it has; None for one that is not taken in."""
    wanted = ending(name)
    for row in FORMATS:
        if wanted in row.endings:
            return row
    return None


def formats_of(kind: str) -> Iterator[Format]:
    """Yield the formats of one kind; none for a kind that readers tell only by the content."""
    for row in FORMATS:
        if row.kind == kind:
            yield row


def of_kind(kind: str) -> Format:
    """Return the first format of a kind there is."""
    return next(formats_of(kind))


def endings() -> tuple[str, ...]:
    """Return every ending that is taken in, without dots."""
    return tuple(one for row in FORMATS for one in row.endings)


def usual_endings() -> tuple[str, ...]:
    """Return one ending for each format, without dots, the most common first."""
    return tuple(row.endings[0] for row in FORMATS)


def accepted() -> str:
    """Return all endings as a file picker of the web takes them: ".pdf,.pptx,…"."""
    return ",".join(f".{one}" for one in endings())


def listed(language: Language) -> str:
    """Return the formats as a hint names them: "PDF・PPTX・…" or "PDF, PPTX, …"."""
    return _BETWEEN[language].join(one.upper() for one in usual_endings())


def file_endings() -> frozenset[str]:
    """Return the endings that make a word a file name, and never an address."""
    domains = {one for row in FORMATS for one in row.domains}
    return frozenset(endings()) - domains
