"""What a document is called: never what a program, a template or the first section is."""

import pytest

from knowledge.reading.reading import read
from knowledge.reading.titles import title_of
from knowledge.values import Page, Place

TEXT = Page(1, Place("page", 1), "この規程は、在宅での勤務について定める。\n届出は前日までに行う。")
COVER = Page(1, Place("page", 1), "在宅勤務規程\n令和8年4月1日\n第1条 目的を定める。")
EDITION = Page(1, Place("page", 1), "生成AI利用ガイドライン 第2版\n総務部")
REPORT = Page(1, Place("page", 1), "Travel Policy\n1. Scope")


@pytest.mark.parametrize(
    "junk",
    [
        "PowerPoint プレゼンテーション",
        "Microsoft PowerPoint - 旧資料.pptx",
        "Microsoft Word - 文書1.docx",
        "HIGIS 3/ﾌﾟﾚｾﾞﾝﾃｰｼｮﾝ資料/J_GrayA.ppt",
        "kof2018-ishiki-chosa.key",
        "アジェンダ案",
        "untitled",
        "Untitled-3",
        "無題のドキュメント",
        "名称未設定 2",
        "Document1",
        "Presentation1",
        "スライド 1",
        "1. 本書について",
        "1． 本規約について",
        "1.1 導入Q&A",
        "第1章 総則",
        "目次",
        "改訂履歴",
        "■目的",
        "はじめに",
        "Table of Contents",
        "2026",
        "",
    ],
)
@pytest.mark.parametrize("kind", ["pdf", "docx", "pptx"])
def test_what_nobody_would_say_is_no_title(junk, kind):
    assert title_of(junk, "在宅勤務のきまり.pdf", kind, (TEXT,)) == "在宅勤務のきまり"
    assert title_of(junk, "20260401.pdf", kind, (COVER,)) == "在宅勤務規程"


@pytest.mark.parametrize(
    ("own", "name", "kind", "page", "title"),
    [
        ("DB設計標準", "x.docx", "docx", TEXT, "DB設計標準"),
        ("Microsoft Word - 旅費規程", "旅費規程.pdf", "pdf", TEXT, "旅費規程"),
        ("旅費規程", "scan0001.pdf", "pdf", COVER, "在宅勤務規程"),  # of the template
        ("在宅勤務規程", "scan0001.pdf", "pdf", COVER, "在宅勤務規程"),
        ("社内報", "202604.pdf", "pdf", TEXT, "社内報"),
        ("", "a.pdf", "pdf", EDITION, "生成AI利用ガイドライン"),
        ("", "final_v3.docx", "docx", REPORT, "Travel Policy"),
        ("3つの約束", "a.md", "markdown", TEXT, "3つの約束"),
        ("", "index.html", "html", TEXT, "index"),
        ("", "規程集.zip", "zip", COVER, "規程集"),  # whatever its first file is called
        ("", ".txt", "text", Page(1, Place("part", 1), "1 | 2"), ".txt"),
    ],
)
def test_a_title_is_what_people_call_the_document(own, name, kind, page, title):
    assert title_of(own, name, kind, (page,)) == title


async def test_the_files_of_a_rule_book_are_called_by_their_rules(shared):
    titles = []
    for name in (
        "z0_在宅勤務規程.pdf",
        "z1_情報管理規程.pdf",
        "z2_購買規程.pdf",
        "w_記入フォーム.pdf",
    ):
        content = (shared / "documents_faithful" / name).read_bytes()
        titles.append((await read(name, content)).title)

    assert titles == ["在宅勤務規程", "情報管理規程", "購買規程", "AI利用申請書"]
