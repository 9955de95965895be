"""Tokens made and revoked on the account's page and by the command: shown once, audited, and only by admins."""

import json
import re

import pytest

from bot.command.cli import main


@pytest.mark.asyncio(loop_scope="module")
async def test_an_admin_makes_a_token_on_the_page_sees_it_once_and_revokes_it(machine):
    own = {"Origin": machine.base}
    form = {
        "name": "イントラ <b>",
        "scope": ["ask", "admin?"],
        "audience": ["board", "x"],
        "days": "30",
    }
    lacking = await machine.client.post("/account/tokens", data={"name": "x"}, headers=own)
    made = await machine.client.post("/account/tokens", data=form, headers=own)
    page = await machine.client.get("/account?lang=en")
    secret = re.search(r"llmc_([0-9a-f]{12})_[\w-]+", made.text)
    works = await machine.asks("POST", "/api/v1/ask", secret[0], json={"question": "日当は?"})
    wide = await machine.asks("GET", "/api/v1/documents", secret[0])
    forged = await machine.client.post("/account/tokens/revoke", data={"token": secret[1]})
    gone = await machine.client.post(
        "/account/tokens/revoke", data={"token": secret[1]}, headers=own
    )
    after = await machine.asks("POST", "/api/v1/ask", secret[0], json={"question": "日当は?"})
    trail = await machine.application.sessions.entries("audit", 0)

    assert "一つ以上選んで" in lacking.text and "llmc_" not in lacking.text
    assert "<b>" not in made.text.replace("<body>", "") and "イントラ &lt;b&gt;" in made.text
    assert (
        secret[0] not in page.text and "Everyone, board" in page.text and "API tokens" in page.text
    )
    assert (works.status_code, wide.status_code, forged.status_code) == (200, 403, 403)
    assert (gone.status_code, after.status_code) == (303, 401)
    actions = [row["entry"]["action"] for row in trail]
    assert actions[-2:] == ["access.token", "access.revoke"]
    assert secret[0] not in json.dumps(trail)


def test_the_command_makes_lists_and_revokes(house, capsys):
    data = ["--data", str(house), "--json"]
    assert main(["token", "make", "ci", "--scopes", "ask,documents", "--days", "7", *data]) == 0
    made = json.loads(capsys.readouterr().out)
    assert main(["token", "list", *data]) == 0
    listed = json.loads(capsys.readouterr().out)["tokens"]
    assert main(["token", "make", "ci", "--scopes", "ask,everything", *data]) == 1
    refused = json.loads(capsys.readouterr().out)
    assert main(["token", "revoke", made["id"], *data]) == 0
    assert main(["token", "revoke", made["id"], *data]) == 1
    capsys.readouterr()
    assert main(["token", "list", "--data", str(house)]) == 0

    assert made["secret"].startswith(f"llmc_{made['id']}_") and made["scopes"] == [
        "ask",
        "documents",
    ]
    assert [one["id"] for one in listed] == [made["id"]] and "secret" not in listed[0]
    assert "everything" in refused["error"]["ja"]
    assert made["id"] not in capsys.readouterr().out
