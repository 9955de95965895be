"""
`llm-choose evaluate`: ask every question of a set and show the figures, beside those of the run
before.
"""

import argparse
import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any, Literal

from rich.progress import Progress, TaskID
from rich.table import Table

from bot.command import desk, output, report
from bot.service.application import Application
from handlers.people import ADMINS, EVERYONE
from knowledge.answering.entailment import Entailment
from knowledge.answering.verification import Verifier
from knowledge.documents.library import Library
from knowledge.evaluation.figures import SHARES, Figures, History, figures, moved
from knowledge.evaluation.grounding import judged
from knowledge.evaluation.run import Corpus
from knowledge.evaluation.run import evaluate as ask_all
from knowledge.evaluation.sets import load
from knowledge.retrieval.encoder import VERSION
from knowledge.text.analysis import Analysis
from knowledge.values import Language

READERS = frozenset({EVERYONE, ADMINS})


async def evaluate(
    application: Application, arguments: argparse.Namespace, language: Language
) -> int:
    """Measure each folder or file, keep the run, and print a table, JSON or a page."""
    if arguments.grounding:
        return await asyncio.to_thread(_grounding, arguments, application, language)
    # all at once: a fault in the last one is said before an hour of the first
    sets = [load(desk.located(name)) for name in arguments.folders]
    shelf = Corpus(await application.library(), await application.answers(), READERS)
    history = History(application.settings.data / "evaluations")
    state = await _state(shelf.library)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    measured: list[report.Run] = []
    with _progress(disable=arguments.json) as progress:
        for questions in sets:
            task = progress.add_task(questions.name, total=len(questions.cases))
            result = await ask_all(questions, shelf, heard=partial(_moved, progress, task))
            found, before = figures(result), history.before(questions.name)
            history.keep(questions.name, now, state, found)
            if questions.corpus is None and "dense" in found:
                await shelf.library.judge(wins=found["dense"]["wins"])
            measured.append(report.Run(result, found, before))
    if arguments.report:
        report.write(
            desk.located(arguments.report),
            measured,
            application.texts,
            language,
            at=now,
            state=state,
        )
    if arguments.json:
        named = {run.result.name: run.figures | _compared(run) for run in measured}
        output.line({"sets": named})
        return 0
    for run in measured:
        _show(run, application, language)
    if arguments.report:
        desk.console().print(
            application.texts.say("evaluate.written", language, name=arguments.report), markup=False
        )
    return 0


def _grounding(arguments: argparse.Namespace, application: Application, language: Language) -> int:
    """Hold each answer of the files against its own passage; nothing of the shelf is read."""
    verifier = Verifier(Entailment(Analysis()))
    for name in arguments.folders:
        kept: list[bool] = []
        for one in judged(desk.located(name), verifier):
            if arguments.json:
                output.line({"id": one.id, "kept": one.kept})
            kept += one.kept if isinstance(one.kept, tuple) else [one.kept]
        if not arguments.json:
            said = application.texts.say(
                "evaluate.grounding", language, name=name, kept=sum(kept), all=len(kept)
            )
            desk.console().print(said, markup=False)
    return 0


def _compared(run: report.Run) -> Figures:
    if run.before is None:
        return {}
    return {
        "before": {
            "at": run.before["at"],
            "state": run.before["state"],
            "moved": moved(run.figures, run.before["figures"]),
        }
    }


def _show(run: report.Run, application: Application, language: Language) -> None:
    say = application.texts.say
    counts = say(
        "evaluate.counts",
        language,
        documents=run.result.documents,
        queries=len(run.result.outcomes),
    )
    table = Table(title=f"{run.result.name}: {counts}", title_justify="left")
    table.add_column(say("evaluate.measure", language))
    columns: list[tuple[Literal["all", "ja", "en"], Any]] = [
        ("all", run.figures),
        *run.figures["languages"].items(),
    ]
    for name, _ in columns:
        table.add_column(say(f"evaluate.{name}", language), justify="right")
    table.add_column(say("evaluate.moved", language), justify="right")
    movement = moved(run.figures, run.before["figures"]) if run.before else {}
    for share in SHARES:
        if share in run.figures:
            cells = [_figure(own, share, ".4f") for _, own in columns]
            change = _figure(movement, share, "+.4f")
            table.add_row(say(f"evaluate.{report.key(share)}", language), *cells, change)
    for kind, own in run.figures.get("kinds", {}).items():
        label = say("evaluate.kind", language, kind=kind, n=own["queries"])
        table.add_row(label, _figure(own, "right", ".4f"))
    desk.console().print(table)
    if dense := run.figures.get("dense"):
        wins = bool(dense["wins"])
        said = say(
            "evaluate.dense_wins" if wins else "evaluate.dense_loses",
            language,
            dense=f"{dense['ndcg@10']:.4f}",
            without=f"{dense['without']:.4f}",
        )
        desk.console().print(said, markup=False)
    times = run.figures["milliseconds"]
    desk.console().print(
        say("evaluate.times", language, p50=times["p50"], p99=times["p99"]),
        style="dim",
        markup=False,
    )


def _progress(*, disable: bool) -> Progress:
    """Return a bar for the caller that leaves the process's own outputs alone."""
    errors = desk.console("errors")
    return Progress(
        console=errors,
        transient=True,
        disable=disable,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _moved(progress: Progress, task: TaskID, done: int, _all: int) -> None:
    progress.update(task, completed=done)


def _figure(figures: Mapping[str, Any], share: str, form: str) -> str:
    """Return a measure as it is written, and a dash where it was not taken."""
    if share not in figures:
        return "–"
    return format(figures[share], form)


async def _state(library: Library) -> str:
    """Return twelve letters that change with the published versions and with the encoder."""
    current = sorted(document.current for document in await library.documents())
    return sha256("\n".join([VERSION, *current]).encode()).hexdigest()[:12]
