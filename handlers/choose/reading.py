"""What was read from plain words: what of it a model asks for, what a person confirmed. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from handlers.choose import figures
from handlers.choose.runs import Run
from handlers.choose.situation import Hit
from handlers.choose.wording import Wording
from knowledge.advisor.engine import Advisor
from knowledge.advisor.values import LIST

Values = Mapping[str, str]


def confirmed(run: Run, advisor: Advisor, values: Values) -> Run:
    """
    Return the run with what the person confirmed; of several options that were read all stay where
    the first was left as it was shown.
    """
    given = {}
    for criterion, option in values.items():
        proposed = run.proposed.get(criterion, "")
        same = option and option == proposed.split(LIST)[0]
        given[criterion] = proposed if same else option
    valid = advisor.validate(given)
    words = {criterion: words for criterion, words in run.words.items() if criterion in valid}
    return replace(run, answers={**run.answers, **valid}, words=words)


def known(hits: Mapping[str, Hit], advisor: Advisor) -> dict[str, Hit]:
    """Return what was read as far as this model asks for it."""
    known = {criterion.id: set(criterion.names) for criterion in advisor.model.questions}
    return {
        criterion: hit
        for criterion, hit in hits.items()
        if set(hit.option.split(LIST)) <= known.get(criterion, set())
    }


def contradictions(torn: Mapping[str, tuple[str, ...]], advisor: Advisor, say: Wording) -> str:
    """Say where the text contradicts itself, with its words."""
    known = {criterion.id for criterion in advisor.model.questions}
    rows = []
    for criterion, words in torn.items():
        if criterion in known:
            name = figures.subject(advisor, criterion, say.language)
            between = say("torn_between").join(words)
            rows.append(say("torn_words", criterion=name, words=between))
    return say("torn", criteria=say.listed(rows))
