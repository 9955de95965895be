"""Whom to tell of an accident: in the asker's language, and by no rule for another subject."""

import asyncio

import pytest

from knowledge.answering.urgent import desk
from knowledge.documents.library import Library
from knowledge.index.opening import open_index
from knowledge.retrieval.encoder import VERSION
from knowledge.text.emergency import emergency
from tests.shelving import shelved

TEXTS = {
    "personal-numbers.md": "# 特定個人情報取扱規程\n\n第8条 特定個人情報の取扱いに関し、データの紛失の発生を把握した場合には、直ちに特定個人情報責任者に報告しなければならない。",
    "devices.md": "# Device policy\n\nIf a phone is lost or stolen, immediately report it to the help desk.",
    "ai.md": "# 生成AI利用規程\n\n第6条 入力してはいけない情報を入力したときは、1時間以内に情報セキュリティ窓口(内線4119)へ連絡する。",
    "ai-summary.md": "# AI rules, summary\n\nReport forbidden input entered into an AI tool to the security desk (extension 4119) within one hour.",
    "incidents.md": "# インシデント対応\n\n問題を「インシデント」と呼ぶ。これらが起きたら、すぐに報告してください。",
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return shelved(tmp_path_factory.mktemp("shelf"), TEXTS)


def told(shelf, message):
    async def look():
        async with Library(open_index(None, shelf, version=VERSION)) as library:
            hit = await desk(library, message, emergency(message), frozenset({"all"}))
            return hit.first if hit else ""

    return asyncio.run(look())


@pytest.mark.parametrize(
    ("message", "first"),
    [
        ("会社のスマホを電車に忘れました!!", "help desk"),  # not the rule for personal numbers
        ("マイナンバーの書類をなくしました", "特定個人情報責任者"),
        ("間違って名簿をChatGPTに貼り付けてしまいました", "内線4119"),
        ("まちがって社外秘を入力してしまいました", "内線4119"),
        ("間違って見積書を取引先に送信してしまいました", "内線4119"),
        ("I accidentally pasted the customer list into ChatGPT, what now?", "extension 4119"),
        # that it was an AI goes without saying
        ("まちがって社外秘を入力してしまいました", "内線4119"),
        ("Who do I call if I pasted something secret by mistake?", "extension 4119"),
    ],
)
def test_the_desk_is_that_of_the_thing_in_the_language_of_whoever_asks(shelf, message, first):
    assert first in told(shelf, message)


@pytest.mark.parametrize(
    "message",
    ["新しいAIツールを入れたいときはどうすればいい?", "AIに入れたいデータがあります、どうすれば?"],
)
def test_who_wants_to_enter_something_has_no_accident(message):
    assert emergency(message) is None


def test_a_line_that_names_nobody_to_tell_is_no_desk(shelf):
    assert told(shelf, "ウイルスに感染したかもしれません") == ""


ROUTE = """# AI利用ガイドライン

## 問題が起きたときの連絡ルート

AIに関する問題を発見したら、以下の順番で報告してください。

1. **まず、AI管理担当者に連絡**
2. **AI管理担当者からAI管理責任者へ**
   担当者は30分以内に責任者(総務部長)へ報告します。
"""


def test_where_no_rule_names_the_accident_the_route_for_all_begins_with_its_first_step(
    tmp_path_factory,
):
    shelf = shelved(tmp_path_factory.mktemp("route"), {"route.md": ROUTE})
    assert "まず、AI管理担当者に連絡" in told(shelf, "情報漏えいしてしまったかもしれない")
    assert told(shelf, "パソコンを壊しちゃった、どうすればいい?") == ""  # no matter of information
