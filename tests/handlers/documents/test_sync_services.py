"""SharePoint, Google Drive, Confluence and Notion kept in step: what changes, vanishes, is refused, and where a token goes."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from handlers.conversation import Form, Press
from knowledge.sources import drive, notion, sharepoint
from knowledge.sources.credentials import bearer
from knowledge.sources.json_service import LONGEST, Service, Unanswered
from knowledge.sources.source import SourceUnavailable
from knowledge.sources.website import Fetched
from tests.handlers.documents.conftest import MEMBER
from tests.handlers.documents.services import TOKEN, Cloud, Confluence, Drive, Notion, SharePoint
from tests.handlers.documents.test_sync import Runs, Talk
from tests.serving import served

pytestmark = pytest.mark.asyncio(loop_scope="module")
TEXT = "{0}規程\n{0}の届出は{1}日前までに行うものとする。"
NAMES = ("経費", "旅費", "慶弔")
PLACES = {
    SharePoint: ("hr/経費.md", "hr/旅費.md", "it/慶弔.md"),
    Drive: ("hr/経費.md", "hr/旅費.md", "it/慶弔.md"),
    Confluence: ("経費", "旅費.md", "慶弔"),
    Notion: ("経費", "旅費", "慶弔"),
}
READ = {  # how addresses end where a document is read, and not only listed
    SharePoint: "/content",
    Drive: "/export",
    Confluence: ("0", "8", "1", "/download"),
    Notion: "/children",
}


def key() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return made.private_bytes(pem, pkcs8, serialization.NoEncryption()).decode()


SECRETS = {
    SharePoint: json.dumps({"tenant": "t-1", "client": "c-1", "secret": "right"}),
    Drive: json.dumps({"client_email": "a@b.example", "private_key": key()}),
    Confluence: f"mai@example.com:{TOKEN}",
    Notion: TOKEN,
}


class Watched(Runs):
    """Runs a service's source; what is waited for because it is busy is noted and not waited."""

    def __init__(self, talk: Talk, cloud: Cloud) -> None:
        super().__init__(talk)
        self.cloud = cloud

    async def step(self, **more) -> dict[str, set[str]]:
        await self(self.cloud.address, secret="CLOUD_SECRET", **more)
        told: dict[str, set[str]] = {}
        for event in self.events:
            told.setdefault(event.outcome, set()).add(event.name)
        return told

    async def states(self) -> dict[str, str]:
        library = await self.talk.application.library()
        return {
            document.metadata.title[:2]: document.versions[-1].state
            for document in await library.documents()
            if document.metadata.owner.startswith("slack:")
        }


@pytest_asyncio.fixture(params=PLACES, ids=lambda kind: kind.__name__, loop_scope="module")
async def cloud(request, talk, monkeypatch) -> AsyncIterator[Watched]:
    kind = request.param
    files = dict(zip(PLACES[kind], (TEXT.format(name, 3) for name in NAMES), strict=True))
    if kind is Notion:
        files["outside-other"] = "外の文書。外の届出は一日前までに行う。"
    made = kind(files)
    async with served(made.app()) as port, served(made.elsewhere()) as store:
        made.port, made.store = port, store
        for module, name in (
            (sharepoint, "GRAPH"),
            (sharepoint, "LOGIN"),
            (drive, "API"),
            (drive, "TOKENS"),
            (notion, "API"),
        ):
            monkeypatch.setattr(module, name, made.here)
        monkeypatch.setattr("knowledge.sources.json_service.LONGEST", 0.0)
        monkeypatch.setenv("CLOUD_SECRET", SECRETS[kind])
        runs = Watched(talk, made)
        yield runs
        for known in await runs.syncs.known():
            await runs.syncs.forget(known.id)


async def test_a_service_is_followed_like_a_folder(cloud):
    made, kind = cloud.cloud, type(cloud.cloud)
    names = PLACES[kind]
    shown = set(names)
    if kind is Confluence:
        shown = {"経費", "経費/旅費.md", "慶弔"}
    assert await cloud.step(preview=True) == {"new": shown}
    assert await cloud.states() == {}
    made.busy = 2
    assert await cloud.step() == {"new": shown}
    assert set((await cloud.states()).values()) == {"published"}
    before = len(made.asked)
    assert await cloud.step() == {"unchanged": shown}
    asked = made.asked[before:]
    assert not [path for path in asked if path.endswith(READ[kind])]

    made.files[names[0]] = TEXT.format(NAMES[0], 30)
    del made.files[names[2]]
    told = await cloud.step()
    assert len(told["changed"]) == 1
    assert len(told["vanished"]) == 1
    assert (await cloud.states())[NAMES[2]] == "withdrawn"
    library = await cloud.talk.application.library()
    hits = await library.search("経費の届出は何日前まで", readers=frozenset({"all"}))
    assert "30日前" in hits[0].passage.text
    assert made.leaked == []


async def test_a_silent_service_a_lost_permission_or_a_login_page_withdraws_nothing(
    cloud, monkeypatch
):
    made, kind = cloud.cloud, type(cloud.cloud)
    await cloud.step()
    before = await cloud.states()
    names = PLACES[kind]
    made.denied = {"it/"} if kind in (SharePoint, Drive) else {names[2]}
    made.files[names[2]] = TEXT.format(NAMES[2], 60)
    told = await cloud.step()
    assert "vanished" not in told
    assert len(told["refused"]) == 1
    assert await cloud.states() == before
    made.silent = asyncio.Event()
    with monkeypatch.context() as short, pytest.raises(SourceUnavailable) as silent:
        short.setattr("bot.site.PAGE", 0.05)
        await cloud.step()
    made.silent.set()
    assert silent.value.code == "source_away"
    made.login = True
    with pytest.raises(SourceUnavailable) as login:
        await cloud.step()
    made.login = False
    monkeypatch.setenv(
        "CLOUD_SECRET", SECRETS[kind].replace("right", "wrong").replace(TOKEN, "old")
    )
    if kind is Drive:
        monkeypatch.setenv("CLOUD_SECRET", "old")
    with pytest.raises(SourceUnavailable) as denied:
        await cloud.step()
    monkeypatch.setenv("CLOUD_SECRET", '{"half": 1}')
    if kind in (SharePoint, Drive):
        with pytest.raises(SourceUnavailable) as half:
            await cloud.step()
        assert half.value.code == "source_bad_secret"
    made.busy = 99
    monkeypatch.setenv("CLOUD_SECRET", TOKEN)
    with pytest.raises(SourceUnavailable) as busy:
        await cloud.step()
    codes = [error.value.code for error in (login, denied, busy)]
    assert codes == ["source_login", "source_denied", "source_busy"]
    assert await cloud.states() == before


async def test_without_a_secret_nothing_is_asked(cloud, monkeypatch):
    with pytest.raises(SourceUnavailable) as needed:
        await cloud(cloud.cloud.address)
    monkeypatch.delenv("CLOUD_SECRET")
    with pytest.raises(SourceUnavailable) as unset:
        await cloud.step()
    assert (needed.value.code, unset.value.code) == ("source_needs_secret", "source_no_secret")
    assert cloud.cloud.asked == []


async def test_a_service_is_asked_again_after_as_long_as_it_says():
    waits: list[float] = []
    answers = [Unanswered("status", status=429, after=after) for after in ("3", "", "999", "x")]

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    async def call(url, headers, body=None) -> Fetched:
        if answers:
            raise answers.pop(0)
        return Fetched(b"{}", "application/json")

    assert await Service("rules", call, bearer("t"), pause).json("https://api.example/") == {}
    assert waits == [3.0, 2.0, LONGEST, 8.0]


async def test_admins_see_and_run_sources_where_they_are(cloud, monkeypatch):
    """From a page or chat: added, looked at first, run, its failures named, forgotten."""
    made, talk = cloud.cloud, cloud.talk
    if isinstance(made, Confluence):
        return  # its address here is one of one's own, which is added at the terminal
    monkeypatch.setenv("SOURCE_CLOUD", SECRETS[type(made)])
    values = {"address": made.address, "secret": "SOURCE_CLOUD", "audience": "hr"}
    values |= {"every": "hour", "publish": "yes"}
    added = await talk(Form("document.source_add", values=values))
    assert made.address.partition("://")[2].partition("/")[0] in added.text
    assert made.asked == []
    previewed = await talk.press(added, "source_preview")
    assert "新規 3" in previewed.text or "新しい 3" in previewed.text or " 3" in previewed.text
    assert await cloud.states() == {}
    woken = await talk.press(previewed, "source_run")
    assert "まもなく" in woken.text
    assert await cloud.syncs.look() in (0, 1)  # the house's own watch may have been faster
    while any(known.running or not known.at for known in await cloud.syncs.known()):
        await asyncio.sleep(0.05)
    assert set((await cloud.states()).values()) == {"published"}
    shown = await talk(Press("document.sources"))
    assert "UTC / " in shown.text
    refused = await talk(Press("document.sources"), MEMBER)
    assert made.address not in refused.text
    await talk.press(shown, "source_forget")
    assert await cloud.syncs.known() == []
    assert set((await cloud.states()).values()) == {"published"}


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("/etc", "SOURCE_X"),
        ("http://169.254.169.254/latest/", "SOURCE_X"),
        ("git+https://example.com/x.git", "SOURCE_X"),
        ("confluence+https://evil.example/spaces/A", "SOURCE_X"),
        ("https://contoso.sharepoint.com.evil.example/x", "SOURCE_X"),
        ("https://contoso.sharepoint.com/sites/hr", "SLACK_BOT_TOKEN"),
        ("https://contoso.sharepoint.com/sites/hr", "xoxb-not-a-name"),
    ],
)
async def test_nothing_of_the_server_is_reached_from_a_form(talk, address, secret):
    values = {"address": address, "secret": secret, "audience": "all", "every": "day"}
    told = await talk(Form("document.source_add", values=values))
    assert secret not in told.text
    assert await talk.application.documents.syncs.known() == []
