"""
How much an upload of 25 MB slows the answers: five questions a second, idle and while the document is read and written.

    python tests/benchmarks/upload.py [seconds idle] [files, one after another]

One process with the embedded index, its queue and its worker thread, as `serve` runs it. A time counts from the moment the
question was due, so a loop that does not get to it counts as slow.
"""

import asyncio
import io
import json
import os
import random
import sys
import tempfile
import time
import zipfile
from itertools import count
from pathlib import Path
from statistics import quantiles
from xml.sax.saxutils import escape

from bot.service.application import Application
from bot.settings import load
from knowledge.samples.catalogue import shelve
from knowledge.values import Metadata
from tests.soak.evidence import keep

SHARED = Path(os.environ.get("LLM_CHOOSE_SHARED", Path(__file__).resolve().parents[3] / "shared"))
ALL = frozenset({"all"})
EVERY = 0.2  # seconds between questions
SIZE = 25 * (1 << 20) - 100_000  # bytes of the document
QUESTIONS = (
    "個人情報を入力してよいですか",
    "RAGは社内文書を全部学習しますか",
    "新しいツールの申請はいつまでですか",
    "Which approach fits us?",
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def document(number: int) -> bytes:
    """Return a Word file of 25 MB: a million characters of text and pictures for the rest."""
    rows = [
        json.loads(line)["text"]
        for line in (SHARED / "bench/jsquad_valid/corpus.jsonl").read_text("utf-8").splitlines()
    ]
    body = "".join(
        f"<w:p><w:r><w:t>{escape(row)} {n}</w:t></w:r></w:p>" for n in range(5) for row in rows
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types = f'<Types xmlns="{PACKAGE}/content-types"><Override PartName="/d.xml" ContentType="{kind}"/></Types>'
    link = f'<Relationship Id="a" Type="{R}/officeDocument" Target="d.xml"/>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", types)
        z.writestr(
            "_rels/.rels", f'<Relationships xmlns="{PACKAGE}/relationships">{link}</Relationships>'
        )
        z.writestr("d.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>')
        z.writestr(
            "media/picture.png",
            random.Random(number).randbytes(SIZE - out.tell()),
            zipfile.ZIP_STORED,
        )
    return out.getvalue()


async def ask(application: Application, until: asyncio.Event) -> list[float]:
    """Ask on time until told to stop; return each answer's milliseconds."""
    answers = await application.answers()
    spent: list[float] = []
    running: set[asyncio.Task[None]] = set()
    began = time.perf_counter()

    async def one(due: float, question: str) -> None:
        await answers.answer(question, readers=ALL, language="ja")
        spent.append((time.perf_counter() - due) * 1000)

    for number in count():
        due = began + number * EVERY
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if until.is_set():
            break
        task = asyncio.create_task(one(due, QUESTIONS[number % len(QUESTIONS)]))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    return spent


def told(what: str, spent: list[float]) -> float:
    cuts = quantiles(spent, n=100)
    print(
        f"{what}: {len(spent)} answers, p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, max {max(spent):.0f} ms, load {os.getloadavg()[0]:.1f}"
    )
    return cuts[94]


async def main(idle: float, files: int) -> None:
    contents = [document(number) for number in range(files)]
    with tempfile.TemporaryDirectory() as folder:
        async with Application(load({}, data=folder), threads=1) as application:
            library = await application.library()
            assert [shelved async for shelved in shelve(library)]
            await (await application.answers()).answer(QUESTIONS[0], readers=ALL, language="ja")
            stop = asyncio.Event()
            asyncio.get_running_loop().call_later(idle, stop.set)
            before = told("idle", await ask(application, stop))
            stop.clear()
            asking = asyncio.create_task(ask(application, stop))
            began = time.perf_counter()
            for number, content in enumerate(contents):
                job = f"big-{number}"
                await application.jobs.submit(
                    job,
                    f"大きな規程{number}.docx",
                    content,
                    Metadata(owner="benchmark"),
                    by="benchmark",
                )
                async for last in application.jobs.follow(job, seconds=600):
                    pass
                assert last.outcome == "staged", last.code
            spent = time.perf_counter() - began
            stop.set()
            size = sum(map(len, contents)) / (1 << 20)
            after = told(
                f"during {files} files of {size / files:.1f} MB ({last.total} passages each, {spent:.0f} s)",
                await asking,
            )
    print(f"p95 ratio {after / before:.2f} (asked at most 2)")
    keep("upload", size={"files": files}, figures={"p95_ratio": after / before})


if __name__ == "__main__":
    seconds, files, *_ = [*sys.argv[1:], *("20", "4")[len(sys.argv) - 1 :]]
    asyncio.run(main(float(seconds), int(files)))
