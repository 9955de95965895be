"""The help of the command, and what it says to words it does not know, in both languages."""

import re
import shlex
from importlib.metadata import version
from unicodedata import east_asian_width

import pytest

from bot.command.cli import main
from bot.command.parser import parse, parsers

LOCALES = {"ja": "ja_JP.UTF-8", "en": "en_US.UTF-8"}
NAMES = list(parsers("en")[1])
KANA = re.compile(r"[ぁ-んァ-ヶ一-龠]")
ENGLISH = re.compile(r"(?<!-)\b(usage|options|arguments|examples|show|this|the|is|with|expected)\b")


@pytest.fixture(params=["ja", "en"])
def language(request, monkeypatch):
    """The person's language, as the terminal tells it, on a screen of 80 columns."""
    speak(monkeypatch, request.param)
    return request.param


def speak(monkeypatch, language):
    monkeypatch.setenv("LC_ALL", LOCALES[language])
    monkeypatch.setenv("COLUMNS", "80")


def shown(capsys, *words):
    """What a call prints that ends well."""
    try:
        code = main(words)
    except SystemExit as end:
        code = end.code
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    return out


def told(capsys, *words):
    """The one sentence a wrong call is answered with."""
    assert main(words) == 2
    out, err = capsys.readouterr()
    [sentence] = err.splitlines()
    assert out == ""
    return sentence


def cells(line):
    return sum(2 if east_asian_width(sign) in "FWA" else 1 for sign in line)


def examples(text):
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line.startswith("llm-choose ")]


def test_every_argument_and_option_is_explained_in_both_languages():
    japanese, english = parsers("ja"), parsers("en")
    pairs = [(japanese[0], english[0])]
    pairs += [(japanese[1][name], english[1][name]) for name in NAMES]
    for ja, en in pairs:
        helps = [(a.help, b.help) for a, b in zip(ja.actions, en.actions, strict=True)]
        assert all(KANA.search(a) for a, _ in helps if not a.startswith("slack"))
        assert all(b and not KANA.search(b) for _, b in helps)


@pytest.mark.parametrize("name", NAMES)
def test_what_argparse_knows_of_a_command_was_explained(name):
    command = parsers("en")[1][name]
    known = {action.dest for action in command._actions}

    assert known == {action.dest for action in command.actions}


def test_the_overview_names_every_command_beside_what_it_does(capsys, language):
    lines = shown(capsys, "--help").splitlines()
    commands = parsers(language)[1]

    for name in NAMES:
        line = f"    {name:<{max(map(len, NAMES))}}"
        [found] = [row for row in lines if row.startswith(line)]
        assert found.endswith(commands[name].description)
    assert [line for line in lines if cells(line) > 80] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_a_command_is_in_one_language_and_fits_80_columns(capsys, language, name):
    out = shown(capsys, name, "--help")

    assert out.startswith("使い方: " if language == "ja" else "usage: ")
    assert [line for line in out.splitlines() if cells(line) > 80] == []
    if language == "ja":
        assert ENGLISH.search(out.partition("\n例:")[0]) is None
    else:
        assert KANA.search(out) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_command_shows_examples_that_work(capsys, language, name):
    lines = examples(shown(capsys, name, "--help"))

    assert 1 <= len(lines) <= 2
    for line in lines:
        words = shlex.split(line.partition(" > ")[0])
        assert parse(words[1:], language).command == name


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_the_version_is_that_of_the_installed_package(capsys, language, flag):
    assert shown(capsys, flag) == f"llm-choose {version('llm-choose')}\n"


@pytest.mark.parametrize(
    ("words", "wrong", "near"),
    [
        (("serv",), "serv", "serve"),
        (("documnets",), "documnets", "documents"),
        (("--verison",), "--verison", "--version"),
        (("ask", "x", "--jsno"), "--jsno", "--json"),
        (("documents", "--stat=published"), "--stat", "--state"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(capsys, language, words, wrong, near):
    sentence = told(capsys, *words)

    asked = "ではありませんか" if language == "ja" else "did you mean"
    assert asked in sentence
    assert wrong in sentence
    assert f" {near}" in sentence


@pytest.mark.parametrize("words", [("xyzzy",), ("--xyzzy",), ("ask", "x", "--xyzzy")])
def test_what_resembles_nothing_is_named_without_a_guess(capsys, language, words):
    sentence = told(capsys, *words)

    assert "xyzzy" in sentence
    assert "--help" in sentence
    assert "did you mean" not in sentence
    assert "ではありませんか" not in sentence


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("publish",), "ID"),
        (("evaluate",), "FOLDER"),
        (("add", "--title"), "--title"),
        (("serve", "--port"), "--port"),
        (("serve", "--port", "many"), "many"),
        (("search", "x", "--limit", "1.5"), "1.5"),
        (("documents", "--state", "secret"), "secret"),
        (("manifest", "discord"), "discord"),
        (("ask", "two", "words"), "words"),
        (("check", "--js"), "--js"),
        (("--data", "here", "ask"), "--data"),
        (("--data=here", "ask"), "--data"),
        (("--version", "bogus"), "COMMAND"),
        (("add", "a", "b", "--replaces", "1"), "--replaces"),
    ],
)
def test_a_wrong_use_is_named_in_the_persons_language(capsys, language, words, named):
    sentence = told(capsys, *words)

    assert named in sentence
    assert bool(KANA.search(sentence)) == (language == "ja")
    assert language == "en" or not ENGLISH.search(sentence)


def test_an_option_after_two_dashes_is_a_word_too_many(capsys, language):
    sentence = told(capsys, "ask", "--", "--question", "--data")

    assert ("「--data」" if language == "ja" else "“--data”") in sentence


def test_a_switch_with_a_value_is_a_wrong_use(capsys, language):
    assert main(["check", "--json=1"]) == 2
    assert "--json" in capsys.readouterr().err


def test_machines_get_a_wrong_use_in_both_languages(capsys, language):
    assert main(["serv", "--json"]) == 2
    out = capsys.readouterr().out

    assert '"code": "usage"' in out
    assert "did you mean serve?" in out
    assert "もしかして serve" in out
