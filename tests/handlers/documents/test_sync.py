"""The shelf kept in step with where documents live: what a run plans, changes, withdraws and never doubles."""

import asyncio
import os
import shutil
import unicodedata
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from handlers.conversation import Audience, Message, Press
from handlers.documents import sync_run
from handlers.documents.sync import SyncRefused
from handlers.documents.sync_events import UNOPENED, Wanted
from knowledge.sources.folder import FolderSource
from knowledge.sources.source import SourceUnavailable, Trouble
from tests.handlers.documents.conftest import ADMIN, Talk
from tests.processes import git
from tests.serving import served

pytestmark = pytest.mark.asyncio(loop_scope="module")
ADMIN_ALONE = Audience(ADMIN.id, private=True)
RULE = "# {0}\n\n## 第1条 期限\n\n{0}の届出は{1}日前までに行うものとする。\n"


def write(folder: Path, name: str, days: int = 3, title: str = "") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(RULE.format(title or f"{path.stem}規程", days))


@pytest.fixture
def rules(tmp_path):
    folder = tmp_path / "rules"
    for name in ("経費.md", "hr/手順書.md", "it/手順書.md"):
        write(folder, name, title=f"{name[:2]}手順")
    return folder


class Runs:
    """Runs a source and keeps what was told of it."""

    def __init__(self, talk: Talk) -> None:
        self.syncs = talk.application.documents.syncs
        self.talk = talk

    async def __call__(self, source, **more) -> dict[str, set[str]]:
        message = Message("m1", ADMIN, "paper:1", ADMIN_ALONE, Press("document.sync"))
        preview = more.pop("preview", False)
        accept = more.pop("accept_vanished", False)
        heard = more.pop("heard", None)
        events = []

        def told(event):
            events.append(event)
            if heard is not None:
                heard(event)

        await self.syncs.run(
            message,
            Wanted(str(source), **more),
            told,
            preview=preview,
            accept_vanished=accept,
        )
        self.events = events
        outcomes: dict[str, set[str]] = {}
        for event in events:
            outcomes.setdefault(event.outcome, set()).add(event.id)
        return outcomes

    async def shelf(self) -> dict[str, list[str]]:
        library = await self.talk.application.library()
        return {
            document.metadata.source.rpartition("/rules/")[2]: [
                version.state for version in document.versions
            ]
            for document in await library.documents()
            if document.metadata.owner == ADMIN.id
        }


@pytest.fixture
def runs(talk: Talk) -> Runs:
    return Runs(talk)


async def test_a_folder_is_followed_through_changes_moves_and_disappearance(runs, rules):
    first = {"経費.md", "hr/手順書.md", "it/手順書.md"}
    assert await runs(rules, preview=True) == {"new": first}
    assert await runs.shelf() == {}
    assert await runs(rules) == {"new": first}
    assert await runs(rules) == {"unchanged": first}

    write(rules, "経費.md", 30, title="経費手順")
    (rules / "it").rename(rules / "infra")
    (rules / "hr/手順書.md").unlink()
    (rules / "写し.md").write_bytes((rules / "経費.md").read_bytes())
    planned = await runs(rules, preview=True)
    assert await runs.shelf() == {name: ["published"] for name in first}
    [changed] = [event for event in runs.events if event.outcome == "changed"]
    assert [section.heading for section in changed.changes.changed] == ["第1条 期限"]
    done = await runs(rules)

    assert planned == {
        "changed": {"経費.md"},
        "moved": {"infra/手順書.md"},
        "vanished": {"hr/手順書.md"},
        "new": {"写し.md"},
    }
    assert done == {
        "changed": {"経費.md"},
        "moved": {"infra/手順書.md"},
        "vanished": {"hr/手順書.md"},
        "copy": {"写し.md"},
    }
    shelf = await runs.shelf()
    assert shelf["hr/手順書.md"] == ["withdrawn"]
    assert shelf["infra/手順書.md"] == ["published"]

    (rules / "経費.md").unlink()  # its copy is left, which has the document from now on
    write(rules, "hr/手順書.md", title="hr手順")
    assert (await runs(rules))["moved"] == {"写し.md"}
    assert (await runs.shelf())["写し.md"] == ["replaced", "published"]
    assert (await runs.shelf())["hr/手順書.md"][-1] == "published"


async def test_half_a_list_or_an_empty_place_withdraws_nothing(runs, rules):
    for number in range(12):
        write(rules, f"r{number}.md")
    await runs(rules)
    shelf = await runs.shelf()
    kept = rules.rename(rules.with_name("elsewhere"))
    with pytest.raises(SourceUnavailable) as gone:
        await runs(rules)
    rules.mkdir()
    empty = await runs(rules)

    assert gone.value.code == "source_no_such"
    assert list(empty) == ["doubtful"]
    assert await runs.shelf() == shelf
    await runs(rules, accept_vanished=True)
    assert set(map(tuple, (await runs.shelf()).values())) == {("withdrawn",)}
    rules.rmdir()
    kept.rename(rules)
    await runs(rules)
    assert set(map(tuple, (await runs.shelf()).values())) == {("published",)}


async def test_each_unfit_file_is_named_and_the_rest_goes_on(runs, rules):
    (rules / "絵.bin").write_bytes(b"\x00")
    (rules / "空.md").write_text("")
    (rules / "偽.pdf").write_bytes(b"no pdf at all")
    with (rules / "巨大.md").open("wb") as sparse:
        sparse.truncate(2_000_000_000)
    (rules / "loop").symlink_to(rules, target_is_directory=True)
    (rules / "circle.md").symlink_to("circle.md")
    (rules / "out.md").symlink_to("/etc/hosts")
    nfc, nfd = (unicodedata.normalize(form, "が.md") for form in ("NFC", "NFD"))
    for name, days in ((nfc, 5), (nfd, 6), ("A.md", 7), ("a.md", 8)):
        write(rules, name, days)
    told = await runs(rules)
    huge = next(event.reason for event in runs.events if event.name == "巨大.md")
    why = {event.id: event.reason for event in runs.events if event.outcome == "refused"}
    again = await runs(rules)
    once_more = {event.id: event.reason for event in runs.events if event.outcome == "refused"}

    assert "1907.35 MB" in huge.ja
    assert "25 MB" in huge.en
    assert told["refused"] == {"絵.bin", "空.md", "偽.pdf", "巨大.md"}
    assert told["new"] == {"経費.md", "hr/手順書.md", "it/手順書.md", nfc, nfd, "A.md", "a.md"}
    assert all(event.reason for event in runs.events if event.outcome == "refused")
    assert again["unchanged"] == told["new"]
    assert again["refused"] == told["refused"]
    assert once_more == why  # and not that it is as last time, which nobody remembers


async def test_a_preview_that_has_no_time_to_open_files_tells_them_by_the_list(
    runs, rules, monkeypatch
):
    await runs(rules)
    write(rules, "経費.md", 30, title="経費手順")
    (rules / "it").rename(rules / "infra")
    write(rules, "新.md")
    (rules / "偽.pdf").write_bytes(b"no pdf at all")
    (rules / "絵.bin").write_bytes(b"\x00")
    opened = await runs(rules, preview=True)
    read_all = {event.code for event in runs.events}
    monkeypatch.setattr(sync_run, "OPENING", 0.0)
    listed = await runs(rules, preview=True)
    unopened = {event.id for event in runs.events if event.code == UNOPENED}

    assert UNOPENED not in read_all
    assert opened.pop("refused") == {"偽.pdf", "絵.bin"}
    assert listed.pop("refused") == {"絵.bin"}
    assert listed.pop("new") == opened.pop("new") | {"偽.pdf"}
    assert listed == opened
    assert unopened == {"経費.md", "infra/手順書.md", "新.md", "偽.pdf"}


async def test_of_a_source_with_too_many_files_the_first_are_taken_and_it_is_said(rules):
    listed = [one async for one in FolderSource(rules, files=2).entries()]
    [trouble] = [one for one in listed if isinstance(one, Trouble)]
    whole = [one async for one in FolderSource(rules, files=3).entries()]

    assert len(listed) == 3
    assert trouble.code == "source_too_many"
    assert not trouble.whole  # so that nothing is taken to have vanished
    assert not any(isinstance(one, Trouble) for one in whole)


async def test_a_folder_that_is_renamed_while_it_is_read_loses_nothing(runs, rules):
    await runs(rules)
    for name in ("a/一.md", "z/二.md"):
        write(rules, name)

    def moved(event):
        if event.number == 1:
            (rules / "z").rename(rules / "y")

    half = await runs(rules, heard=moved)
    [gone] = [event for event in runs.events if event.outcome == "refused"]
    after = await runs(rules)

    assert half["new"] == {"a/一.md"}
    assert (gone.id, gone.code) == ("z/二.md", "source_gone_meanwhile")
    assert "vanished" not in half
    assert after["new"] == {"y/二.md"}
    assert len(after["unchanged"]) == 4


async def test_a_folder_that_goes_while_the_list_is_made_is_said_to_have_gone(rules):
    walk = FolderSource(rules)._walk()
    first = next(walk)
    shutil.rmtree(rules / "it")
    rest = list(walk)
    [trouble] = [one for one in rest if isinstance(one, Trouble)]

    assert first.id == "経費.md"
    assert (trouble.id, trouble.code, trouble.whole) == ("it", "source_gone_meanwhile", False)


@pytest.mark.parametrize("preview", [True, False])
async def test_what_an_admin_deletes_meanwhile_ends_no_run(runs, rules, monkeypatch, preview):
    await runs(rules)
    write(rules, "hr/手順書.md", 8, title="hr手順")
    write(rules, "経費.md", 9, title="経費手順")
    library = await runs.talk.application.library()
    fetch = FolderSource.fetch

    async def deleted_before(self, entry):
        for document in await library.documents():
            if document.metadata.source == entry.place and entry.id == "hr/手順書.md":
                await library.remove(document.id)
        return await fetch(self, entry)

    monkeypatch.setattr(FolderSource, "fetch", deleted_before)
    told = await runs(rules, preview=preview)

    assert "経費.md" in told["changed"]
    assert told["changed"] | told.get("new", set()) == {"経費.md", "hr/手順書.md"}


async def test_what_admins_said_here_holds(runs, rules):
    await runs(rules, audience="hr", kind="rule")
    library = await runs.talk.application.library()
    by_source = {
        Path(d.metadata.source).name: d
        for d in await library.documents()
        if d.metadata.owner == ADMIN.id
    }
    assert {d.metadata.audience for d in by_source.values()} == {"hr"}
    await library.edit(by_source["経費.md"].id, {"audience": "admins", "title": "旅費の決まり"})
    write(rules, "経費.md", 30)
    deleted = [d for d in await library.documents() if d.metadata.source.endswith("it/手順書.md")]
    await library.remove(deleted[0].id)
    told = await runs(rules)

    after = await library.document(by_source["経費.md"].id)
    assert (after.metadata.audience, after.metadata.title) == ("admins", "旅費の決まり")
    assert after.published.number == 2
    assert told["kept_out"] == {"it/手順書.md"}  # deleted here: it does not come back by itself


async def test_one_run_a_source_and_the_next_one_goes_on_where_it_ended(runs, rules):
    for number in range(6):
        write(rules, f"r{number}.md")
    first = asyncio.create_task(runs(rules))
    while not runs.syncs._running:
        await asyncio.sleep(0.01)
    with pytest.raises(SyncRefused):
        await runs(rules)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await runs(rules)

    shelf = await runs.shelf()
    assert len(shelf) == 9
    assert set(map(tuple, shelf.values())) == {("published",)}


async def test_lost_notes_double_nothing(runs, rules):
    await runs(rules)
    for known in await runs.syncs.known():
        await runs.syncs.forget(known.id)
    told = await runs(rules)

    assert told == {"unchanged": {"経費.md", "hr/手順書.md", "it/手順書.md"}}
    assert len(await runs.shelf()) == 3


async def test_an_object_store_is_followed(runs, rules):
    import fsspec

    store = fsspec.filesystem("memory")
    for path in rules.rglob("*.md"):
        store.pipe_file(f"/bucket/rules/{path.relative_to(rules)}", path.read_bytes())
    first = await runs("memory://bucket/rules")
    store.rm("/bucket/rules/経費.md")
    store.pipe_file("/bucket/rules/hr/手順書.md", RULE.format("hr手順", 9).encode())
    second = await runs("memory://bucket/rules")
    with pytest.raises(SourceUnavailable):
        await runs("memory://bucket/nowhere")
    with pytest.raises(SourceUnavailable) as unknown:
        await runs("gopher://bucket/rules")
    store.rm("/bucket", recursive=True)

    assert first == {"new": {"経費.md", "hr/手順書.md", "it/手順書.md"}}
    assert second["changed"] == {"hr/手順書.md"}
    assert second["vanished"] == {"経費.md"}
    assert unknown.value.code == "source_unknown"


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
async def test_a_repository_is_followed_without_being_checked_out(runs, rules, tmp_path):
    (rules / "link.md").symlink_to("/etc/hosts")
    git(rules, "init", "-q")
    git(rules, "add", "-A")
    git(rules, "commit", "-qm", "one")
    address = f"git+file://{rules}"
    first = await runs(address)
    git(rules, "mv", "経費.md", "旅費.md")
    write(rules, "it/手順書.md", 40, title="it手順")
    git(rules, "commit", "-qam", "two")
    second = await runs(address)
    below = await runs(f"{address}#hr", preview=True)
    with pytest.raises(SourceUnavailable):
        await runs(f"git+file://{tmp_path}/none")

    assert first == {"new": {"経費.md", "hr/手順書.md", "it/手順書.md"}}
    assert second["moved"] == {"旅費.md"}
    assert second["changed"] == {"it/手順書.md"}
    assert set().union(*below.values()) == {"手順書.md"}


class Site:
    """A site of pages that link to each other in circles, some of which are not to be had."""

    def __init__(self) -> None:
        self.pages = {
            "/docs/": '<a href="a.html">a</a><a href="b.html#x">b</a><a href="../out.html">o</a>'
            '<a href="secret/x.html">s</a><a href="gone.html">g</a><a href="login.html">l</a>'
            '<a href="away.html">w</a><a href="rules.csv">c</a><a href="http://[bad">bad</a>',
            "/docs/a.html": "<title>経費規程</title><p>経費の届出は三日前までに行う。</p>"
            '<a href="./">back</a><a href="a.html?again=1">again</a>',
            "/docs/b.html": "<title>旅費規程</title><p>旅費の届出は五日前までに行う。</p>",
            "/docs/login.html": '<form><input type="password" name="p"></form>',
            "/out.html": "<p>別の場所の文</p>",
            "/docs/secret/x.html": "<p>秘密の文</p>",
            "/robots.txt": "User-agent: *\nDisallow: /docs/secret/\n",
        }
        self.asked: list[str] = []
        self.silent: asyncio.Event | None = None  # until this is set nobody is answered
        self.app = Starlette(routes=[Route("/{path:path}", self.answer)])

    async def answer(self, request) -> Response:
        path = request.url.path
        self.asked.append(path)
        if self.silent is not None:
            await self.silent.wait()
        if path == "/docs/away.html":
            return RedirectResponse("http://elsewhere.test/")
        if path == "/docs/rules.csv":
            return Response("役職,日当\n部長,5000円\n", media_type="text/csv")
        if path not in self.pages:
            return PlainTextResponse("none", 404)
        kind = "text/html"
        if path.endswith((".txt", ".xml")):
            kind = "text/plain"
        return Response(self.pages[path], media_type=kind)


async def test_a_site_is_followed_on_its_host_as_its_robots_allow(runs, monkeypatch):
    site = Site()
    async with served(site.app) as port:
        address = f"http://127.0.0.1:{port}/docs/"
        first = await runs(address)
        site.pages["/docs/a.html"] = site.pages["/docs/a.html"].replace("三日前", "十日前")
        del site.pages["/docs/b.html"]
        second = await runs(address)
        asked = set(site.asked)
        maps = "".join(
            f"<url><loc>http://127.0.0.1:{port}{path}</loc><lastmod>2026-01-01</lastmod></url>"
            for path in ("/docs/a.html", "/out.html")
        )
        site.pages["/sitemap.xml"] = f"<urlset>{maps}</urlset>"
        mapped = await runs(address, preview=True)
        del site.pages["/sitemap.xml"]
        with pytest.raises(SourceUnavailable) as login:
            await runs(f"http://127.0.0.1:{port}/docs/login.html")
        site.silent = asyncio.Event()
        with monkeypatch.context() as short, pytest.raises(SourceUnavailable) as silent:
            short.setattr("bot.site.PAGE", 0.05)
            await runs(address)
        site.silent.set()

    assert first["new"] >= {"a.html", "b.html", "rules.csv"}
    assert first["refused"] >= {"secret/x.html", "gone.html", "login.html", "away.html"}
    assert "/out.html" not in asked
    assert "/docs/secret/x.html" not in asked
    assert "a.html" in second["changed"]
    assert "vanished" not in second  # a page behind a login might be any of them
    assert "a.html" in set().union(*mapped.values())
    assert not {"/out.html", "out.html"} & set().union(*mapped.values())
    assert login.value.code == "source_login"
    assert silent.value.code == "source_away"
    library = await runs.talk.application.library()
    urls = {d.metadata.url for d in await library.documents() if d.metadata.owner == ADMIN.id}
    assert f"{address}a.html" in urls


async def test_a_source_runs_again_by_itself_when_it_is_due(runs, rules):
    await runs(rules, every=3600)
    syncs = runs.syncs
    clock = [0.0]
    syncs._clock, before = (lambda: clock[0]), syncs._clock
    try:
        clock[0] = before() + 10
        assert await syncs.look() == 0
        write(rules, "経費.md", 50, title="経費手順")
        clock[0] += 3600
        assert await syncs.look() == 1
        assert await syncs.look() == 0
    finally:
        syncs._clock = before
    [known] = [one for one in await syncs.known() if one.wanted.address == str(rules)]
    assert known.counts["changed"] == 1
    assert known.next == pytest.approx(clock[0] + 3600)
    await syncs.forget(known.id)


async def test_a_secret_is_named_and_never_kept(runs, monkeypatch):
    monkeypatch.setenv("RULES_TOKEN", "hush-hush")
    with pytest.raises(SourceUnavailable) as missing:
        await runs("git+file:///nowhere", secret="NO_SUCH_TOKEN")
    with pytest.raises(SourceUnavailable) as away:
        await runs("git+file:///nowhere", secret="RULES_TOKEN")
    stored = [str(known) for known in await runs.syncs.known()]

    assert "NO_SUCH_TOKEN" in missing.value.reason.en
    assert "hush" not in str(away.value) + "".join(stored)
    assert os.environ["RULES_TOKEN"] == "hush-hush"
