"""The story of a document's buttons once more, between the bot's own process and test clients of other makers."""

import json
import re

import pytest

from tests.journeys.clients import (
    Playground,
    bot,
    file_host,
    installed,
    playground,
    slack_driver,
    slack_emulator,
    until,
)
from tests.journeys.desks import teams_action

pytestmark = pytest.mark.early
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NAME = "travel.md"  # the emulator answers 500 when asked for a file of a Japanese name
AT_ONCE = 0.01  # seconds the driver waits by itself; this test waits for what is to be seen


class Person:
    """Somebody at the emulated Slack, in their direct messages with the bot."""

    def __init__(self, drive, address, emulator, control, token):
        self.at = drive.Driver(
            address, SECRET, emulator, control_url=control, user_token=token, channel="knowledge"
        )
        self.room = self.at.dm_ch = self.at.api("conversations.open", users=self.at.bot_user)[
            "channel"
        ]["id"]

    def close(self):
        self.at.sink.srv.shutdown()
        self.at.sink.srv.server_close()

    def messages(self):
        state = self.at.ctl("/state?c=messages")["messages"]
        own = [
            m for m in state if m["channel_id"] == self.room and m.get("user") == self.at.bot_user
        ]
        return sorted(own, key=lambda m: m["ts"])

    def sees(self, words, after=0):
        """Wait for a message with these words, the newest of those that came or changed; return it."""

        def look():
            found = [
                m for m in self.messages() if re.search(words, json.dumps(m, ensure_ascii=False))
            ]
            return found[-1:] if len(found) > after else []

        return until(look)[0]

    def count(self, words):
        return len(
            [m for m in self.messages() if re.search(words, json.dumps(m, ensure_ascii=False))]
        )

    def sends(self, name, content):
        file = self.at.upload(name, content, channel=self.room, native=True, timeout=AT_ONCE)[
            "file"
        ]
        ts = self.at.post_as_user(self.room, name)
        event = self.at._user_event("message", self.room, "im", "", ts)
        assert self.at.event({**event, "subtype": "file_share", "files": [file]})["status"] == 200

    def presses(self, message, action, words):
        """Press a drawn button; return the message that says so anew."""
        before = self.count(words)
        told = self.at.click(
            message=message, channel=self.room, action_id=re.escape(action), timeout=AT_ONCE
        )
        assert told["ack"]["status"] == 200, told
        return self.sees(words, before)

    def asks(self, question):
        """Return what is answered, once it is more than a status."""
        known = {m["ts"] for m in self.messages()}
        self.at.dm(question, timeout=AT_ONCE)

        def look():
            new = [m for m in self.messages() if m["ts"] not in known]
            return [
                json.dumps(m, ensure_ascii=False) for m in new if "調べています" not in m["text"]
            ]

        return until(look)[0]


@pytest.fixture
def slack_people(shared, tmp_path):
    folder = installed(shared, "slack")
    drive = slack_driver(folder)
    with slack_emulator(folder) as (emulator, control):
        settings = {
            "SLACK_BOT_TOKEN": "xoxb-bot",
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_BASE": f"{emulator}/api/",
        }
        with bot(tmp_path / "data", **settings) as address:
            people = [
                Person(drive, address, emulator, control, token)
                for token in ("xoxp-hanako", "xoxp-taro")
            ]
            yield people
            for person in people:
                person.close()


def rule(amount):
    return f"# 旅費規程\n\n## 第3条 日当\n\n出張の日当は{amount}円とする。\n".encode()


def test_in_an_emulated_slack_a_document_lives_by_its_buttons(slack_people):
    admin, colleague = slack_people
    question = "出張の日当はいくらですか?"

    admin.sends(NAME, rule("2,500"))
    report = admin.sees(r"document\.publish")
    assert "2,500円" not in colleague.asks(question)
    colleague.presses(report, "document.publish", "管理者だけ")
    assert "2,500円" not in colleague.asks(question)

    admin.presses(report, "document.publish", "v1 を公開しました")
    assert "2,500円" in colleague.asks(question)
    admin.presses(report, "document.publish", "すでに公開中です")

    admin.sends(NAME, rule("3,000"))
    second = admin.sees(r"v2 に置き換えて公開する")
    page = admin.presses(second, "document.publish", "v2 を公開しました")
    assert "3,000円" in colleague.asks(question)
    admin.presses(report, "document.publish", "v2 が公開中のため")

    back = admin.presses(page, "document.rollback", "v1 に戻しました")
    assert "2,500円" in colleague.asks(question)
    admin.presses(back, "document.remove", "検索に表示されないことを確認")
    gone = colleague.asks(question)
    assert "2,500円" not in gone
    assert "3,000円" not in gone
    admin.presses(back, "document.remove", "見つからないか、閲覧できません")


def english(amount):
    text = f"# Travel rules\n\n## Article 3 Daily allowance\n\nThe daily allowance for business trips is {amount} yen.\n"
    return text.encode()


class Alex:
    """An admin in their personal chat at the playground."""

    def __init__(self, ground, host, files):
        self.ground = ground
        self.host = host
        self.files = files

    def sends(self, name, content):
        self.files[key := f"f{len(self.files)}"] = content
        download = {"downloadUrl": f"{self.host}{key}", "uniqueId": key, "fileType": "md"}
        kind = "application/vnd.microsoft.teams.file.download.info"
        self.ground.send(
            text="", attachments=[{"contentType": kind, "name": name, "content": download}]
        )

    def finds(self, label):
        """Wait for the newest card with this button; return its action and the message it stands on."""

        def look():
            for id_, body in reversed(list(self.ground.shown().items())):
                for card in [
                    a["content"]
                    for a in body.get("attachments") or ()
                    if "body" in (a.get("content") or {})
                ]:
                    if action := teams_action(card, label):
                        return action, id_
            return None

        return until(look)

    def presses(self, button, words):
        known, answered = self.ground.shown(), self.ground.press(*button)
        if re.search(words, answered):
            return
        until(
            lambda: [
                b
                for i, b in self.ground.shown().items()
                if known.get(i) != b and re.search(words, json.dumps(b))
            ]
        )

    def asks(self, question):
        known = set(self.ground.shown())
        self.ground.say(question)
        return json.dumps(
            until(lambda: [b for i, b in self.ground.shown().items() if i not in known])
        )


def test_in_the_playground_a_document_lives_by_its_buttons(shared, tmp_path):
    folder, files = installed(shared, "teams"), {}
    question = "How much is the daily allowance for business trips?"
    with (
        file_host(files) as host,
        bot(tmp_path / "data", TEAMS_LOCAL="1", ADMINS=Playground.ADMIN) as address,
        playground(folder, f"{address}/api/messages", tmp_path) as ground,
    ):
        alex = Alex(ground, host, files)
        alex.sends("travel.md", english("2,500"))
        publish = alex.finds("Publish")
        assert "2,500 yen" not in alex.asks(question)
        _megan_presses(ground, publish)
        assert "2,500 yen" not in alex.asks(question)

        alex.presses(publish, "v1 is published and can be found")
        assert "2,500 yen" in alex.asks(question)
        alex.presses(publish, "already published")

        alex.sends("travel.md", english("3,000"))
        alex.presses(alex.finds("Publish as v2"), "v2 is published and can be found")
        assert "3,000 yen" in alex.asks(question)
        alex.presses(publish, "The newer v2 of")

        alex.presses(alex.finds("Roll back to v1"), "is back at v1")
        assert "2,500 yen" in alex.asks(question)
        remove = alex.finds("Delete")
        alex.presses(remove, "was deleted. Search check: 0 passages")
        gone = alex.asks(question)
        assert "2,500 yen" not in gone
        assert "3,000 yen" not in gone
        alex.presses(remove, "does not exist, or you cannot see it")


def _megan_presses(ground, button):
    """Somebody who is no admin presses the same button in a group, and is told so alone."""
    action, _ = button
    megan = {
        "id": "29:user-1",
        "name": "Megan Bowen",
        "aadObjectId": "00000000-0000-0000-0000-000000000021",
    }
    group = {"id": ground.GROUP, "conversationType": "groupChat", "isGroup": True}
    group |= {"tenantId": "00000000-0000-0000-0000-000000000001"}
    value = {"action": {"type": action["type"], "verb": action["verb"], "data": action["data"]}}
    refusal = "Only admins can change documents"
    ground.send(
        type="invoke",
        name="adaptiveCard/action",
        value=value,
        conversation=group,
        **{"from": megan},
    )
    until(lambda: refusal in json.dumps(ground.wire()))
    assert refusal not in json.dumps(
        ground.shown()
    )  # it is the press's own answer, which the group does not see
