"""
What a document is called: by itself, where that is a name, else by what stands at its head, else by
its file.

Programs write titles nobody chose ("PowerPoint プレゼンテーション", "Microsoft Word - 文書1.docx"),
templates keep those of another document, and readers may hand over the first heading ("1. 目的").
None of them is what people call a document.
"""

import re
import unicodedata
from collections.abc import Sequence

from knowledge.formats import file_endings
from knowledge.reading.readers.sections import SEPARATOR
from knowledge.text.outline import CELL
from knowledge.values import Page

_BUNDLE = "zip"
_HEAD = 4  # lines looked at on the first page
_LONGEST = 60  # characters of a line that is a title
_SIGNS = re.compile(r"[\W_]+")
_PROGRAM = re.compile(
    r"^\s*(?:microsoft\s+)?(?:office\s+)?(?:word|powerpoint|excel|一太郎)\s*[-–:]\s*", re.IGNORECASE
)
_FOREIGN_ENDINGS = frozenset(
    [
        "doc",
        "ppt",
        "xls",
        "key",
        "pages",
        "numbers",
        "odt",
        "odp",
        "ods",
        "rtf",
        "jtd",
        "indd",
        "ai",
        "psd",
        "tex",
        "eps",
        "ps",
        "dot",
        "dotx",
        "potx",
    ]
)
# Titles that programs, templates and parts of documents have.
_EMPTY = re.compile(
    r"(?:untitled|no title|title|document|book|workbook|sheet|slide|presentation|index|home"
    r"|readme|new|draft|template|scan|scanned document|image|print|page|default|test|temp|tmp"
    r"|無題|無題のドキュメント|名称未設定|タイトル|タイトルなし|題名|題名なし|文書|ドキュメント"
    r"|新規ドキュメント|新規 microsoft (?:word|excel|powerpoint) .*|プレゼンテーション|プレゼン"
    r"|スライド|資料|ファイル|ブック|シート|テンプレート|ひな形|雛形|スキャン|画像|下書き|案"
    r"|powerpoint ?(?:プレゼンテーション|presentation)|microsoft ?(?:word|powerpoint|excel)?"
    r"|word ?文書|word document|redirecting|loading|log ?in|sign ?in|ログイン"
    r"|pdf ?document|converted|output|export|google ドキュメント|google docs"
    r")[\s\d()._-]*(?:のコピー|コピー|copy)?",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?:目次|表紙|目的|目的と適用範囲|適用範囲|趣旨|総則|概要|はじめに|序文|前文|まえがき"
    r"|改訂履歴|変更履歴|更新履歴|本(?:書|規約|資料|文書|規程|規則)(?:について|の目的|の位置づけ)"
    r"|アジェンダ|agenda|contents|table of contents|toc|cover|introduction|purpose|scope|overview"
    r"|preface|foreword|revision history|change (?:log|history)|about this document|summary"
    r")(?:\s*[(（]?案[)）]?)?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?:第\s*[0-9一二三四五六七八九十百]+\s*[編部章節条項]|[0-9]{1,2}(?:\.[0-9]{1,2})*\s*[.)、]"
    r"|[0-9]{1,2}(?:\.[0-9]{1,2})+(?=\s|\D)|\([0-9]{1,2}\)|[ivx]{1,4}\.\s|[①-⑳]|[■●◆○◇□・※])",
    re.IGNORECASE,
)
# What the last word of a title names: a kind of document.
_KINDS = re.compile(
    r"(?:規程|規則|規約|細則|内規|要領|要綱|基準|標準|指針|方針|ガイドライン|ガイド|マニュアル|手順"
    r"|手順書|手引|手引き|説明書|仕様書|設計書|計画|計画書|報告書|議事録|契約書|誓約書|申請書|届出書|依頼書"
    r"|通知|通達|通知書|一覧|一覧表|要項|憲章|約款|ポリシー|ルール|ルールブック|ハンドブック|q&a|faq|よくある質問"
    r"|ペーパー|白書|便覧|心得|policy|policies|guidelines?|guide|manual|handbook|rules?|regulations?"
    r"|standards?|procedures?|playbook|charter|code of conduct|report|minutes|specification)"
    r"(?:\s*[(（][^()（）]{1,12}[)）])?",
    re.IGNORECASE,
)
_EDITION = re.compile(
    r"[\s　]*(?:第?[0-9.]+版|v(?:er\.?)?\s*[0-9.]+|[0-9]{4}年?度?版?|改訂版|改定版)$"
)


def title_of(own: str, name: str, kind: str, pages: Sequence[Page]) -> str:
    """
    Return the title of the file called `name`, never empty.

    `own` is what the reader found, on one line, or empty; a PDF's is what a program wrote beside
    its text, and believed only where the text or the file's name says the same.
    """
    said = _PROGRAM.sub("", own).strip()
    stem = name.rpartition(".")[0].strip() or name.strip()
    headed = "" if kind == _BUNDLE else _headed(pages)  # its first file is not all of it
    if _is_name(said) and (kind != "pdf" or _told(said, stem, pages)):
        return said
    if headed:
        return headed
    if _is_name(stem):
        return stem
    for other in (said, *_headings(pages)):
        if _is_name(other):
            return other
    return stem or said or "–"


def _is_name(title: str) -> bool:
    """Tell whether a title is one that somebody gave a document."""
    plain = unicodedata.normalize("NFKC", title).strip(" .…")
    if not any(map(str.isalpha, plain)) or "/" in plain or "\\" in plain:
        return False
    _, dot, ending = plain.rpartition(".")
    if dot and ending.casefold() in _FOREIGN_ENDINGS | file_endings():
        return False
    if _EMPTY.fullmatch(plain) or _PART.fullmatch(plain):
        return False
    return not _NUMBERED.match(plain)


def _headed(pages: Sequence[Page]) -> str:
    """
    Return the heading or line at the head of the first page that names a kind of document, else
    empty.
    """
    if not pages:
        return ""
    lines = [line.strip() for line in pages[0].text.split("\n") if line.strip()]
    for line in (pages[0].title.split(SEPARATOR)[0], *lines[:_HEAD]):
        bare = _EDITION.sub("", line)
        words = _SIGNS.sub(" ", unicodedata.normalize("NFKC", bare)).strip()
        if len(line) > _LONGEST or CELL in line or not words:
            continue
        if _ends_as_kind(bare) and _is_name(bare):
            return bare
    return ""


def _ends_as_kind(line: str) -> bool:
    plain = unicodedata.normalize("NFKC", line)
    return any(match.end() == len(plain) for match in _KINDS.finditer(plain))


def _told(title: str, stem: str, pages: Sequence[Page]) -> bool:
    """
    Tell whether the first pages or the file's name say a title, too; where neither has another
    name for the document, its title is believed.
    """
    wanted = _tight(title)
    begin = "".join(page.text for page in pages[:2])
    if wanted in _tight(begin) or wanted in _tight(stem) or _tight(stem) in wanted:
        return True
    return not _headed(pages)


def _headings(pages: Sequence[Page]) -> list[str]:
    """Return the headings that the first page stands under, and its first line."""
    if not pages:
        return []
    lines = [line.strip() for line in pages[0].text.split("\n") if line.strip()]
    short = [line for line in lines[:1] if len(line) <= _LONGEST and _is_heading(line)]
    return [*pages[0].title.split(SEPARATOR), *short]


def _is_heading(line: str) -> bool:
    return CELL not in line and not line.endswith(("。", ".", "、", ","))


def _tight(text: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text)).casefold()
