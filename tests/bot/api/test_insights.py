"""What admins see of questions on the page, with what is behind each figure; nobody else sees it."""

import csv
import io
import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest

from handlers.insights.ledger import Row
from handlers.lifetimes import LEDGER

pytestmark = pytest.mark.asyncio(loop_scope="module")
MARS = ("火星の人口は何人ですか", "火星の人口は何人いますか")


async def test_questions_are_counted_grouped_and_listed(machine):
    own = {"Origin": machine.base}
    token = await machine.token("ask")
    said = [*MARS, "こんにちは", "=HYPERLINK(1)とは", "国内出張の日当はいくらですか"]
    modes = []
    for question in said:
        answer = await machine.asks("POST", "/api/v1/ask", token, json={"question": question})
        modes.append(answer.json()["mode"])
    daily = answer.json()
    record = {"answer": daily["id"], "vote": "wrong", "person": "x", "at": "", "question": ""}
    await machine.application.sessions.append("feedback", record)
    earlier = datetime.now(UTC) - timedelta(days=8)
    row = Row(
        "x", earlier.isoformat(), "先週の質問", "ja", "answered", (), 1.0, False, "", 0, 0
    )  # one row of the ledger
    await machine.application.sessions.jot(f"questions {row.day}", asdict(row), LEDGER)
    page = await machine.client.get("/insights?days=7")
    english = await machine.client.get("/insights?days=7&lang=en")
    refused = re.search(r'href="(/insights/questions[^"]*outcome=refused)"', page.text)
    behind = await machine.client.get(refused[1].replace("&amp;", "&"))
    sheet = await machine.client.get("/insights.csv?days=7")
    adds = re.search(r'name="_press" value="([^"]*document.add[^"]*)"', page.text)
    press = adds[1].replace("&#34;", '"')
    form = await machine.client.post(
        "/press", data={"_press": press, "_page": "/knowledge"}, headers=own, follow_redirects=True
    )

    assert modes[:3] == ["refused", "refused", "talk"]
    assert MARS[0] in page.text and "こんにちは" not in behind.text + page.text
    assert MARS[0] in behind.text and MARS[1] in behind.text
    assert "日当" not in behind.text
    assert "Unanswered questions" in english.text and "出張規程" in english.text
    assert 'type="file"' in form.text
    assert "前の7日は1" in page.text and "1 in the 7 days before" in english.text
    rows = {row["question"]: row for row in csv.DictReader(io.StringIO(sheet.text[1:]))}
    assert rows["国内出張の日当はいくらですか"]["vote"] == "wrong"
    assert "=HYPERLINK(1)とは" not in rows and "'=HYPERLINK(1)とは" in rows
    assert "api:" not in sheet.text
