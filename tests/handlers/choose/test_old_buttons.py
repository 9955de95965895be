"""Buttons of the dialog and the demo as former versions drew them still mean what they meant."""

import pytest

from handlers.actions.choose import (
    AnswerQuestion,
    CompareTwo,
    ExportMemo,
    JoinTeam,
    OpenGuideline,
    OpenTeam,
    PublishModel,
    ResumeRun,
    ShareResult,
    SkipQuestion,
    StartChoice,
    TryAnswer,
)
from handlers.actions.demo import AskWhyMissing, OpenTrace, RunAgain, TakeTour
from handlers.actions.registry import read
from handlers.conversation import Form, Press

RUN = {"rid": "r1", "rev": 3}


@pytest.mark.parametrize(
    ("pressed", "meant"),
    [
        (Press("choose.start", {"aid": "a1"}), StartChoice("a1")),
        (
            Press("choose.answer", {**RUN, "c": "docs", "o": "core"}),
            AnswerQuestion("r1", 3, "docs", "core"),
        ),
        (
            Form("choose.answer", {**RUN, "c": "docs"}, {"docs": "core"}),
            AnswerQuestion("r1", 3, "docs"),
        ),
        (Press("choose.skip", {**RUN, "c": "docs"}), SkipQuestion("r1", 3, "docs")),
        (Press("choose.resume", {"rid": "r1"}), ResumeRun("r1")),
        (Press("choose.source", {"rid": "r1", "p": "p7"}), OpenGuideline("r1", guideline="p7")),
        (Press("choose.memo", {**RUN, "lang": "en"}), ExportMemo("r1", 3, "en")),
        (Form("choose.compare", {**RUN, "first": "api"}), CompareTwo("r1", 3, "api")),
        (Form("choose.whatif", {**RUN, "criterion": "docs"}), TryAnswer("r1", 3)),
        (Press("choose.share", RUN), ShareResult("r1", 3)),
        (Press("choose.share", {"tid": "t1"}), ShareResult(team="t1")),
        (Press("choose.team", {}), OpenTeam()),
        (Press("choose.team", {"tid": "t1"}), OpenTeam("t1")),
        (Press("choose.join", {"tid": "t1", "anew": 1}), JoinTeam("t1", anew=True)),
        (Press("model.publish", {"m": "sha"}), PublishModel("sha")),
        (Press("demo.open", {"aid": "a1"}), OpenTrace("a1")),
        (Press("demo.open", {"rid": "r1"}), OpenTrace(run="r1")),
        (Press("demo.tour", {"n": 2}), TakeTour(2)),
        (Press("demo.rerun", {"aid": "a1", "k": 2, "s": "words"}), RunAgain("a1", 2, "words")),
        (Form("demo.why", {"aid": "a1"}, {"document": "規程"}), AskWhyMissing("a1")),
    ],
)
def test_a_button_of_a_former_version_is_read(pressed: Press | Form, meant: object) -> None:
    assert read(pressed) == meant


@pytest.mark.parametrize(
    "pressed",
    [
        Press("choose.approve", RUN),
        Press("choose.answer", {"rev": 3}),
        Press("choose.answer", {"rid": "r1", "rev": "3"}),
        Press("choose.join"),
        Press("choose.memo", {**RUN, "lang": "fr"}),
        Press("model.publish"),
        Press("demo.rerun", {"aid": "a1", "k": 2, "s": "all"}),
    ],
)
def test_what_was_never_drawn_is_nothing(pressed: Press) -> None:
    assert read(pressed) is None
