"""
The subcommands of the guided dialog: `choose` by talk or from a file of answers, and `model`, its
decision model.
"""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from typing import Any, Literal

import yaml

from bot.command import desk, memo, output
from bot.command.exits import DONE
from bot.command.terminal import draw
from bot.service.application import Application
from handlers.choose import figures
from handlers.choose.decision_models import ModelStore
from handlers.choose.memo import attachments
from handlers.choose.reading import contradictions
from handlers.choose.result import ResultView
from handlers.choose.runs import Run
from handlers.choose.situation import Situation
from handlers.choose.wording import Wording
from handlers.texts import Texts
from knowledge.advisor.changes import SAMPLES, compare
from knowledge.advisor.engine import Advisor
from knowledge.advisor.record import record
from knowledge.errors import InvalidAnswers, InvalidModel
from knowledge.values import Language

SIZE = 1_000_000  # characters of a file of answers
Fault = Literal["bad_answers", "bad_model"]  # the sentence about a file that cannot be read


async def choose(
    application: Application, arguments: argparse.Namespace, language: Language
) -> int:
    """
    Talk, or work out what a file of answers or a situation in words leads to: one JSON line for
    each run.
    """
    spoken = arguments.language or language
    if arguments.describe:
        return await _described(application, arguments, spoken)
    if not arguments.answers:
        from bot.command.interview import interview

        return await interview(
            application,
            spoken,
            express=arguments.express,
            team=arguments.team,
            place=arguments.memo or "",
        )
    given = await asyncio.to_thread(_file, arguments.answers)
    for id_, answers, sha256 in _runs(given):
        advisor = await _advisor(application, sha256)
        valid = advisor.validate(answers)
        result = advisor.evaluate(valid)
        if arguments.memo is not None:
            _write_memo(application, advisor, valid, spoken, arguments)
            continue
        if arguments.json or id_:
            named = {"id": id_} if id_ else {}
            output.line(named | record(result))
        else:
            _draw(application, advisor, valid, spoken)
    return DONE


async def _described(
    application: Application, arguments: argparse.Namespace, language: Language
) -> int:
    """
    Work out what a situation in words leads to. Nobody confirms what was read, so that it is shown
    beside the result.
    """
    advisor = await application.models.current()
    hits, torn = Situation.load().read(arguments.describe)
    known = {criterion.id for criterion in advisor.model.questions}
    answers = {}
    for name, hit in hits.items():
        if name in known:
            answers[name] = hit.option
    valid = advisor.validate(answers)
    if arguments.memo is not None:
        _write_memo(application, advisor, valid, language, arguments)
        return DONE
    if arguments.json:
        words = {}
        for name in valid:
            words[name] = hits[name].words
        both = {name: list(said) for name, said in torn.items()}
        read = {"words": words, "contradictions": both}
        output.line({"read": read} | record(advisor.evaluate(valid)))
        return DONE
    console, say = desk.console(), application.texts.say
    for name, option in valid.items():
        answer = figures.answer(advisor, name, option, language)
        source = say("choose.read_from", language, words=hits[name].words)
        console.print(f"  {answer} ({source})", markup=False)
    asked = {name: words for name, words in torn.items() if name in known}
    if asked:
        text = contradictions(asked, advisor, Wording(application.texts, language))
        console.print(text, markup=False)
    _draw(application, advisor, valid, language)
    return DONE


def _write_memo(
    application: Application,
    advisor: Advisor,
    answers: dict[str, str],
    language: Language,
    arguments: argparse.Namespace,
) -> None:
    """Write the memo of answers that belong to no run, and say where it is."""
    view = _view(application, advisor, answers, language, arguments.describe)
    paths = memo.save(attachments(view), arguments.memo)
    if arguments.json:
        output.line({"files": [str(path) for path in paths]})
        return
    for path in paths:
        text = application.texts.say("interview.written", language, name=path)
        desk.console().print(text, markup=False, soft_wrap=True)


def _draw(
    application: Application, advisor: Advisor, answers: dict[str, str], language: Language
) -> None:
    """Draw a result that belongs to no run."""
    draw(_view(application, advisor, answers, language).plain(), desk.console())


def _view(
    application: Application,
    advisor: Advisor,
    answers: dict[str, str],
    language: Language,
    situation: str = "",
) -> ResultView:
    """Return the result of answers that belong to no run."""
    sha256 = advisor.model.sha256
    run = Run("", "terminal:local", "terminal", sha256, answers=answers, situation=situation)
    return ResultView.of(run, advisor, Wording(application.texts, language))


async def model(application: Application, arguments: argparse.Namespace, language: Language) -> int:
    """Show the decision model, take in another one, publish it, or go back to the one before."""
    models, say = application.models, application.texts.say
    console = desk.console()
    if arguments.file:
        text = await asyncio.to_thread(_read, arguments.file, "bad_model")
        current = await models.current()
        advisor, _ = await models.stage(text, "terminal:local")
        changes = await asyncio.to_thread(compare, current, advisor)
        if arguments.publish:
            await models.publish(advisor.model.sha256)
        if arguments.json:
            output.line(
                _staged(advisor, changes.moved, len(changes.rows), published=arguments.publish)
            )
            return DONE
        old, new = current.model.version, advisor.model.version
        counts = {"changes": len(changes.rows), "moved": changes.moved, "samples": f"{SAMPLES:,}"}
        console.print(say("model.report", language, old=old, new=new, **counts), markup=False)
        for change in changes.rows:
            console.print(
                f"  {change.place}: {change.before or '–'} → {change.after or '–'}", markup=False
            )
    elif arguments.rollback:
        back = await models.roll_back((await models.shelf()).current)
        if back is None:
            raise InvalidModel("no_earlier_model", application.texts.phrase("model.gone"))
    elif arguments.show:
        # letter by letter: a console would break long lines
        sys.stdout.write((await models.current()).source)
        return DONE
    shelf = await models.shelf()
    if arguments.json:
        output.line(_shelf(shelf))
        return DONE
    for version in shelf.versions:
        state = say(f"model.state_{_state(shelf, version.sha256)}", language)
        row = f"v{version.number}  {version.version}  {state}  {version.sha256}"
        console.print(row, markup=False)
    return DONE


def _state(shelf: ModelStore, sha256: str) -> str:
    if sha256 == shelf.current:
        return "now"
    return "before" if sha256 in shelf.history else "staged"


def _staged(advisor: Advisor, moved: int, changes: int, *, published: bool) -> dict[str, Any]:
    model = advisor.model
    identity = {"id": model.id, "version": model.version, "sha256": model.sha256}
    return {
        "model": identity,
        "published": published,
        "changes": changes,
        "moved": moved,
        "samples": SAMPLES,
    }


def _shelf(shelf: ModelStore) -> dict[str, Any]:
    rows = [
        {"number": v.number, "version": v.version, "sha256": v.sha256, "added": v.added}
        for v in shelf.versions
    ]
    return {"current": shelf.current, "history": list(shelf.history), "versions": rows}


async def _advisor(application: Application, sha256: str) -> Advisor:
    """Return the model named in a file of answers, or the current one."""
    if not sha256:
        return await application.models.current()
    advisor = await application.models.of(sha256)
    if advisor is None:
        raise InvalidAnswers(
            "unknown_model",
            application.texts.phrase("cli.model_gone", sha256=sha256[:12]),
        )
    return advisor


def _runs(given: Mapping[str, Any]) -> list[tuple[str, dict[str, Any], str]]:
    """
    Return (id, answers, model) of each run in a file: plain pairs, one `answers`, or many under
    `runs`.
    """
    rows = given.get("runs", [given])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _bad("runs")
    found = []
    for row in rows:
        plain = {name: value for name, value in row.items() if name not in ("id", "model")}
        answers = row.get("answers", plain) or {}
        if not isinstance(answers, dict):
            raise _bad("answers")
        model_ = row.get("model", given.get("model", ""))
        sha256 = str(model_.get("sha256", "")) if isinstance(model_, dict) else str(model_)
        found.append((str(row.get("id", "")), answers, sha256))
    return found


def _file(name: str) -> dict[str, Any]:
    try:
        given = yaml.safe_load(_read(name))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _bad(name) from error
    if not isinstance(given, dict):
        raise _bad(name)
    return given


def _read(name: str, fault: Fault = "bad_answers") -> str:
    try:
        with desk.located(name).open(encoding="utf-8-sig") as file:
            text = file.read(SIZE + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(name, fault) from error
    if len(text) > SIZE:
        raise _bad(name, fault)
    return text


def _bad(name: str, fault: Fault = "bad_answers") -> InvalidAnswers:
    return InvalidAnswers(fault, Texts.load().phrase(f"cli.{fault}", name=name))
