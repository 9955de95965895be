"""
A member tries out words: does any question tell which of them stand in a document they may not read?

`nice -n 5 python -m tests.soak.private_words [WORDS]`, 1,000 unless told, each in ten questions of both languages. Two houses are
asked the same, one with documents for admins, drafts and withdrawn ones beside what everybody may read. Everything a member is
shown must be the same in both: answer, scores, refusal, what was nearest, what is asked back. One line is the result; about an hour.
"""

import asyncio
import random
import sys
import tempfile
from pathlib import Path

from bot.service.application import Application
from bot.settings import load
from handlers.conversation import Audience, Message, Person, Text
from tests.journeys.test_private_words import add, steady
from tests.sheet import Sheet
from tests.soak.evidence import keep

PUBLIC = {
    "申請.md": "# 生成AIの利用申請\n\n## 第1条 申請\n\n外部の生成AIサービスの申請は情報システム部が受け付ける。\n\n## 第2条 禁止\n\n"
    "生成AIに個人情報を入力してはならない。\n\n- 顧客の氏名\n- 社員番号\n",
    "旅費.md": "# 旅費規程\n\n## 第1条 宿泊\n\n宿泊費の上限は1泊12,000円とする。\n\n## 第2条 日当\n\n"
    "出張の日当は3,000円とする。海外は5,000円とする。\n\n## 第3条 精算\n\n旅費の精算は帰着後10日以内に行う。\n",
    "休暇.md": "# 休暇規程\n\n年次有給休暇は入社6か月後に10日与える。\n\n慶弔休暇は結婚で5日とする。\n\n育児休業は子が1歳になるまで取れる。\n",
    "leave.md": "# Leave policy\n\nEmployees get 20 days of paid leave a year.\n\n"
    "Sick leave needs a note from a doctor after three days.\n\nParental leave lasts up to a year.\n",
}
HIDDEN = (
    "# ザルゴン買収計画\n\nザルゴンと鬼塚の解雇に関する外部の生成AIサービスの申請。\n\n"
    "宿泊費の上限はザルゴンの調査では1泊99,000円とする。\n\n"
    "Project Meridianfall acquires Quillbrandt. Sabbatical leave of Vornholt is 90 days.\n\n"
    "旅費の精算のガライヤ特例を定める。\n"
)
# words of the hidden documents, some of them misspelt
PROBES = (
    *("ザルゴン", "鬼塚", "解雇", "買収", "ガライヤ", "特例", "調査", "計画", "役員", "99,000円"),
    *("Meridianfall", "Quillbrandt", "Sabbatical", "sabbatical", "Vornholt", "ザルゴン買収計画"),
    *("ザルコン", "ガライア", "鬼塚さん", "Meridianfal", "Quilbrandt", "Sabatical"),
)
QUESTIONS = (
    *("{}", "{}とは", "{}とは何ですか", "{}の宿泊費の上限は?", "{}と外部の生成AIサービスの申請"),
    *("{}の休暇", "{}の旅費の精算は?", "{}規程", "What is {}?", "How many days of {} leave?"),
)
SIGNS = "アイウエオカキクケコサシスセソタチツテトナニヌネノマミムメモラリルレロ"


async def fill(application, *, hidden):
    library = await application.library()
    for name, text in PUBLIC.items():
        await add(library, name, text)
    if hidden:
        await add(library, "役員.md", HIDDEN, audience="admins")
        await add(library, "下書き.md", f"{HIDDEN}\n下書き。\n", publish=False)
        await library.withdraw(await add(library, "撤回.md", f"{HIDDEN}\n撤回。\n"))
    await library.followed()
    await library.vocabulary.learnt()


async def shown(application, place, question):
    """Return everything a member is shown of a question, in a talk of its own."""
    language = "en" if question.isascii() or question.startswith(("What", "How")) else "ja"
    person = Person("paper:U1", "Aoi", language)
    sheet = Sheet()
    audience = Audience(person.id, private=True)
    message = Message(place, person, place, audience, Text(question))
    await application.turns.take(message, sheet)
    return [steady(str(reply)) for reply in sheet.shown]


async def asked(folder, questions, *, hidden):
    async with Application(load({}, data=str(folder))) as application:
        await fill(application, hidden=hidden)
        told = []
        for number, question in enumerate(questions):
            told.append(await shown(application, f"paper:{number}", question))
        return told


async def main(count):
    dice = random.Random(7)
    words = [*PROBES, *("".join(dice.choices(SIGNS, k=dice.randint(4, 6))) for _ in range(count))]
    questions = [question.format(word) for word in words for question in QUESTIONS]
    with tempfile.TemporaryDirectory() as folder:
        without = await asked(Path(folder, "without"), questions, hidden=False)
        beside = await asked(Path(folder, "with"), questions, hidden=True)
    pairs = zip(questions, without, beside, strict=True)
    told = [question for question, one, other in pairs if one != other]
    print(f"{len(words)} words in {len(questions)} questions: {len(told)} tell {told[:5]}")
    keep("private_words", size={"questions": len(questions)}, figures={"differ": len(told)})
    return int(bool(told))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int([*sys.argv[1:], "1000"][0]))))
