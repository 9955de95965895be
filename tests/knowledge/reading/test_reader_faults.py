"""A fault of a reader's own is told as ours, with a number that the log has too, and nothing of the document is logged."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.metrics import Metrics
from bot.service.logs import JsonLines
from knowledge.errors import UnreadableDocument
from knowledge.reading import sandbox
from knowledge.reading.readers.limits import Limits
from knowledge.reading.reading import read

ROOT = Path(__file__).resolve().parents[3]
SECRET = "社外秘の一文"
FILE = f"# 規程\n\n{SECRET}。\n".encode()
Misreading = Callable[[str], None]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Misreading:
    """Put another `read` in the place of the Markdown reader's, in a real child."""
    before = sandbox.PRELUDE

    def register(body: str) -> None:
        code = (
            f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
            "from knowledge.reading.readers import markdown\n"
            "from knowledge.values import Page, Place\n"
            f"def read(content, budget):\n    {body}\n    yield\n"
            "markdown.read = read\n"
        )
        monkeypatch.setattr(sandbox, "PRELUDE", f"{before}\n{code}")

    return register


async def refused(limits: Limits | None = None) -> UnreadableDocument:
    with pytest.raises(UnreadableDocument) as error:
        await read("規程.md", FILE, limits=limits)
    return error.value


def written(caplog: pytest.LogCaptureFixture) -> str:
    """What the log would hold of all that happened."""
    return "\n".join(JsonLines().format(record) for record in caplog.records)


ONE_PAGE = f"yield Page(1, Place('section', 1, ''), {SECRET!r})"
FAULTS = {
    "a bug": ("raise RuntimeError(content.decode())", "RuntimeError"),
    "a bug with a huge message": (
        "raise RuntimeError(content.decode() * 10_000_000)",
        "RuntimeError",
    ),
    "a wrong key of the document's": ("{}[content.decode()]", "KeyError"),
    "a bug met while handling another": (
        "try: {}['a']\n    except KeyError: 1 / 0",
        "ZeroDivisionError < KeyError",
    ),
    "an end of the program": ("raise SystemExit(content.decode())", "SystemExit"),
    "a class named by the document": ("raise type(content.decode(), (Exception,), {})", ""),
    "an end without a word": ("import os; os._exit(3)", "exit code 3"),
}


@pytest.mark.parametrize(("body", "error"), FAULTS.values(), ids=FAULTS)
async def test_a_bug_of_a_reader_is_told_as_ours_and_logged_without_the_document(
    body: str, error: str, reader: Misreading, caplog: pytest.LogCaptureFixture
) -> None:
    reader(body)

    fault = await refused()

    assert fault.code == "fault"
    number = re.search(r"\b[0-9a-f]{6}\b", fault.reason.en)
    assert number is not None
    assert number.group() in fault.reason.ja
    assert "規程.md" in fault.reason.ja
    assert "規程.md" in fault.reason.en
    lines = [json.loads(line) for line in written(caplog).splitlines()]
    assert [line["number"] for line in lines] == [number.group()]
    assert error in lines[0]["error"]
    assert SECRET not in json.dumps(lines, ensure_ascii=False)
    assert len(written(caplog)) < 3000


async def test_the_log_names_the_lines_of_code_that_failed(
    reader: Misreading, caplog: pytest.LogCaptureFixture
) -> None:
    reader("from knowledge.reading.readers.decode import clean; clean(None)")
    await refused()
    frames = json.loads(written(caplog))["frames"]
    assert re.search(r"readers/child\.py:\d+ ", frames)
    assert re.search(r"readers/decode\.py:\d+ clean", frames)
    assert "/home/" not in frames


async def test_a_module_that_is_imported_too_late_is_named(
    reader: Misreading, caplog: pytest.LogCaptureFixture
) -> None:
    reader("import xmlrpc.client")
    assert (await refused()).code == "fault"
    assert json.loads(written(caplog))["late_import"].startswith("xmlrpc")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("raise MemoryError", "too_slow"),
        ("raise RecursionError", "too_slow"),
        ("bytearray(1 << 40)", "too_slow"),
        ("while True: pass", "too_slow"),
        ("import os; os.abort()", "damaged"),
    ],
)
async def test_a_reader_that_runs_out_hangs_or_dies_is_told_as_ever(
    body: str, code: str, reader: Misreading, caplog: pytest.LogCaptureFixture
) -> None:
    reader(body)
    assert (await refused(Limits(cpu=1, wall=5.0))).code == code
    assert caplog.records == []


async def test_a_document_that_is_damaged_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(UnreadableDocument) as error:
        await read("規程.pdf", b"%PDF-1.7\nnothing follows")
    assert error.value.code == "damaged"
    assert caplog.records == []


async def test_pages_before_a_bug_are_kept_and_the_number_stands_beside_them(
    reader: Misreading, caplog: pytest.LogCaptureFixture
) -> None:
    reader(f"{ONE_PAGE}\n    raise RuntimeError(content.decode())")
    reading = await read("規程.md", FILE)
    number = json.loads(written(caplog))["number"]
    assert [page.text for page in reading.pages] == [SECRET]
    assert [(flag.kind, flag.detail) for flag in reading.flags] == [
        ("truncated", f"fault: {number}")
    ]


async def test_operators_see_how_many_faults_there_were_by_format(reader: Misreading) -> None:
    def count() -> float:
        page = Metrics().text({}).decode()
        line = re.search(
            r'^llm_choose_reader_faults_total\{format="markdown"\} (\S+)$', page, re.MULTILINE
        )
        return float(line.group(1)) if line else 0.0

    before = count()
    reader("raise RuntimeError")
    await refused()
    assert count() == before + 1


async def test_a_child_cannot_speak_of_a_fault_in_words_of_the_document(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    long, many, foreign = (
        ["x" * 10_000],
        ["E"] * 1000,
        [SECRET, "a line\nof its own", "markdown.py:3 read"],
    )
    for told in (
        {"fault": {"errors": long, "frames": [], "module": ""}},
        {"fault": {"errors": many, "frames": many, "module": ""}},
        {"fault": {"errors": ["E"], "frames": [], "module": SECRET}},
        {"fault": {"errors": foreign, "frames": foreign, "module": "x" * 10_000}},
        {"fault": {"errors": [], "frames": [], "module": ""}},
        {"fault": {"errors": [7], "frames": [], "module": ""}},
        {"fault": {"errors": "RuntimeError"}},
        {"refused": "fault", "values": {"number": SECRET}},
    ):
        code = f"import sys; sys.stdout.write({json.dumps(told)!r}); sys.stdout.flush()"
        boot = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from knowledge.reading.readers import forkserver"
        command = (
            sys.executable,
            "-I",
            "-B",
            "-c",
            f"{boot}\nforkserver.serve(lambda: exec({code!r}, {{}}))",
        )
        with pytest.raises(UnreadableDocument) as error:
            await read("規程.md", FILE, sandbox=sandbox.Sandbox(Limits(wall=5.0), command))
        assert SECRET not in error.value.reason.ja
    assert caplog.records == []  # what is no fault of ours is damage like any other
