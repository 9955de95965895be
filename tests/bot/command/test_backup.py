"""Backup and restore: the same answers from an empty place, and nothing lost or let in on the way."""

import asyncio
import contextlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from bot.command.cli import main
from bot.service.application import Application
from bot.settings import load
from knowledge.documents import backup
from knowledge.documents.originals import Originals
from knowledge.values import Metadata

QUESTIONS = (
    "個人情報を入力してよいですか",
    "新しいツールはいつまでに申請しますか",
    "利用記録は何か月保存しますか",
    "Which documents hold secrets?",
)


def run(capsys, *words: str) -> tuple[int, dict]:
    code = main([*words, "--json"])
    out = capsys.readouterr().out.strip().splitlines()
    return code, json.loads(out[-1]) if out else {}


async def _answers(data: Path) -> list[object]:
    async with Application(load({}, data=str(data))) as application:
        library, answers = await application.library(), await application.answers()
        await library.followed()  # what is not yet known by meaning is found otherwise
        said = [
            await answers.answer(q, readers=frozenset({"all"}), language="ja") for q in QUESTIONS
        ]
        shelf = await library.documents()
        files = [
            await application.originals.get(v.original)
            for d in shelf
            for v in d.versions
            if v.original
        ]
        log = await application.sessions.entries("audit")
        models = await application.models.export()
        standing = await application.sessions.standing.export()
        spoken = [
            [(a.text, a.mode, [c.quote for c in a.citations]) for a in said],
            await library.glossary(),
        ]
        return [
            *spoken,
            shelf,
            sorted(files),
            log,
            models,
            standing,
            (await application.models.current()).model.sha256,
        ]


@pytest.fixture
async def filled(tmp_path):
    data = tmp_path / "data"
    async with Application(load({}, data=str(data))) as application:
        from knowledge.samples.catalogue import shelve

        library = await application.library()
        assert all([shelved.new async for shelved in shelve(library)])
        job = await application.jobs.keep(
            "j",
            "下書き.txt",
            "まだ公開しない下書き。".encode(),
            Metadata(owner="t:1"),
            by="t:1",
        )
        await application.jobs.run(job.id)
        await library.set_glossary([("稟議", "申請書")])
        model, _ = await application.models.stage(
            (await application.models.current()).source + "\n# ours\n", "t:1"
        )
        await application.models.publish(model.model.sha256)
        channel = {"on": True, "by": "t:1"}
        await application.sessions.save("takein", "slack:T1:C1", channel, seconds=None)
        wanted = {"wanted": {"address": "/rules"}, "next": 0.0}
        await application.sessions.save("sync", "s1", wanted, seconds=None)
        await application.sessions.note("syncs", "s1")
        for n in range(3):
            await application.sessions.append(
                "audit", {"action": "document.publish", "document": f"d{n}"}
            )
    return data


class Interrupted(Originals):
    """Files whose first reading is met by a change of the library."""

    def __init__(self, address, change):
        super().__init__(address)
        self._change = change

    async def get(self, id_):
        change, self._change = self._change, None
        if change is not None:
            await change()
        return await super().get(id_)


async def test_what_changes_while_a_backup_is_made_leaves_it_whole(filled, tmp_path, capsys):
    folder = tmp_path / "kept"
    async with Application(load({}, data=str(filled))) as application:
        library = await application.library()
        gone, changed = [d for d in await library.documents() if d.metadata.owner != "llm-choose"][
            :2
        ]

        async def change():
            await library.remove(gone.id)
            job = await application.jobs.keep(
                "k", "新.txt", "新しい。".encode(), Metadata(), by="t:1"
            )
            await application.jobs.run(job.id)
            await library.withdraw(changed.id)

        originals = Interrupted(application.settings.originals, change)
        counts = await backup.save(library, originals, {}, {}, folder)
        assert counts["documents"] == 7

    empty = tmp_path / "empty"
    code, told = await asyncio.to_thread(run, capsys, "restore", str(folder), "--data", str(empty))
    assert (code, told["documents"]) == (0, 7)
    async with Application(load({}, data=str(empty))) as application:
        kept = {d.id: d for d in await (await application.library()).documents()}
        assert gone.id not in kept
        assert kept[changed.id].current == changed.current  # as it was when the backup began


@pytest.mark.parametrize("name", ["kept", "kept.tar.gz"])
async def test_a_restored_library_answers_identically(filled, tmp_path, name, capsys):
    before = await _answers(filled)
    code, told = await asyncio.to_thread(
        run, capsys, "backup", str(tmp_path / name), "--data", str(filled)
    )
    assert (code, told["documents"], told["versions"]) == (0, 8, 9)
    empty = tmp_path / "empty"
    code, told = await asyncio.to_thread(
        run, capsys, "restore", str(tmp_path / name), "--data", str(empty)
    )
    assert (code, told["documents"]) == (0, 8)
    assert await _answers(empty) == before

    code, told = await asyncio.to_thread(
        run, capsys, "restore", str(tmp_path / name), "--data", str(filled)
    )
    assert (code, told["error"]["code"]) == (1, "not_empty")
    code, told = await asyncio.to_thread(
        run, capsys, "backup", str(tmp_path / name), "--data", str(filled)
    )
    assert (code, told["error"]["code"]) == (1, "occupied")


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("few")
    data, path, file = folder / "data", folder / "few.tar.gz", folder / "規程.md"
    file.write_text("# 規程\n上限は五万円。", "utf-8")
    with contextlib.redirect_stdout(io.StringIO()):
        assert main(["add", str(file), "--publish", "--data", str(data)]) == 0
        assert main(["backup", str(path), "--data", str(data)]) == 0
    return path


def repacked(archive: Path, change) -> Path:
    path = archive.with_name("changed.tar.gz")
    with tarfile.open(archive) as old, tarfile.open(path, "w:gz") as new:
        for member in old:
            content = old.extractfile(member).read()
            for name, body in change(member.name, content):
                info = tarfile.TarInfo(name)
                info.size = len(body)
                new.addfile(info, io.BytesIO(body))
    return path


@pytest.mark.parametrize(
    "name",
    ["../escaped", "/tmp/escaped", "originals/../../escaped", "originals/x", "logs/..jsonl", "a b"],
)
def test_a_member_with_a_foreign_name_is_refused(archive, tmp_path, capsys, name):
    bad = repacked(
        archive,
        lambda member, body: [
            (member, body),
            *([(name, b"x")] if member == "manifest.json" else []),
        ],
    )
    code, told = run(capsys, "restore", str(bad), "--data", str(tmp_path / "new"))
    assert (code, told["error"]["code"]) == (1, "foreign_member")
    assert not (tmp_path / "new").exists() and not (tmp_path.parent / "escaped").exists()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE]
)
def test_only_plain_files_are_unpacked(archive, tmp_path, capsys, kind):
    bad = archive.with_name("links.tar.gz")
    with tarfile.open(bad, "w:gz") as packed:
        info = tarfile.TarInfo("records.jsonl")
        info.type, info.linkname = kind, "/etc/passwd"
        packed.addfile(info)
    assert (
        run(capsys, "restore", str(bad), "--data", str(tmp_path / "new"))[1]["error"]["code"]
        == "foreign_member"
    )


def test_a_changed_member_is_named(archive, tmp_path, capsys):
    bad = repacked(archive, lambda name, body: [(name, body.replace("五".encode(), "九".encode()))])
    code, told = run(capsys, "restore", str(bad), "--data", str(tmp_path / "new"))
    assert (code, told["error"]["code"]) == (1, "changed_backup")
    gone = repacked(archive, lambda name, body: [] if name == "passages.jsonl" else [(name, body)])
    assert (
        run(capsys, "restore", str(gone), "--data", str(tmp_path / "new"))[1]["error"]["code"]
        == "changed_backup"
    )


def test_what_is_no_backup_is_said_to_be_none(tmp_path, capsys):
    (tmp_path / "x.tar.gz").write_bytes(b"no archive")
    (tmp_path / "folder").mkdir()
    for name in ("x.tar.gz", "folder", "absent"):
        code, told = run(capsys, "restore", str(tmp_path / name), "--data", str(tmp_path / "new"))
        assert (code, told["error"]["code"]) == (1, "invalid_backup")
        assert name in told["error"]["ja"]
