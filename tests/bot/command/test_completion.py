"""Completion in the shells themselves, where they are installed."""

import shutil
import subprocess

import pytest

from bot.command.cli import main
from bot.command.parser import SHELLS, parsers


def script(capsys, shell: str) -> str:
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


def of_bash(text: str, *typed: str) -> set[str]:
    """Return what bash offers after these words, the last of them unfinished."""
    words = " ".join(f"'{word}'" for word in typed)
    code = (
        f"{text}\nCOMP_WORDS=(llm-choose {words}); COMP_CWORD={len(typed)}; _llm_choose;"
        ' printf "%s\\n" "${COMPREPLY[@]}"'
    )
    told = subprocess.run(["bash", "-c", code], check=True, capture_output=True, text=True)
    return set(told.stdout.split())


def test_bash_offers_commands_options_and_what_they_take(capsys):
    text = script(capsys, "bash")

    assert of_bash(text, "") >= set(parsers("en")[1])
    assert of_bash(text, "re") == {"read", "remove", "reread", "restore"}
    assert of_bash(text, "documents", "--st") == {"--state"}
    assert of_bash(text, "documents", "--state", "") == {"published", "staged", "withdrawn"}
    assert of_bash(text, "manifest", "t") == {"teams"}
    assert "README.md" in of_bash(text, "add", "READ")


def test_fish_offers_commands_options_and_what_they_take(capsys, tmp_path):
    fish = shutil.which("fish")
    if fish is None:
        pytest.skip("there is no fish here")
    path = tmp_path / "llm-choose.fish"
    path.write_text(script(capsys, "fish"))

    def offered(typed: str) -> set[str]:
        code = f"source {path}; complete -C 'llm-choose {typed}'"
        told = subprocess.run([fish, "-c", code], check=True, capture_output=True, text=True)
        return {line.partition("\t")[0] for line in told.stdout.splitlines()}

    assert offered("") >= set(parsers("en")[1])
    assert offered("documents --st") == {"--state"}
    assert offered("documents --state ") == {"published", "staged", "withdrawn"}
    assert offered("completion ") == set(SHELLS)


def test_zsh_takes_the_script_and_knows_the_command(capsys, tmp_path):
    zsh = shutil.which("zsh")
    if zsh is None:
        pytest.skip("there is no zsh here")
    path = tmp_path / "script"
    path.write_text(script(capsys, "zsh"))
    code = f'autoload -U compinit; compinit -D -u; source {path}; print -r -- "$_comps[llm-choose]"'
    told = subprocess.run([zsh, "-f", "-c", code], check=True, capture_output=True, text=True)

    assert told.stdout.split() == ["_llm_choose"]
    assert told.stderr == ""


@pytest.mark.parametrize("language", ["ja_JP.UTF-8", "en_US.UTF-8"])
@pytest.mark.parametrize("shell", SHELLS)
def test_every_option_stands_in_every_script_in_both_languages(
    capsys, monkeypatch, shell, language
):
    monkeypatch.setenv("LC_ALL", language)
    text = script(capsys, shell)
    for name, parser in parsers("en")[1].items():
        assert name in text
        for option in parser.option_names:
            assert option.lstrip("-") in text


def test_an_unknown_shell_is_named(capsys):
    assert main(["completion", "tcsh"]) == 2
    assert "bash" in capsys.readouterr().err
