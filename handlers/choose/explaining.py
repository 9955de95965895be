"""
What a result says to one question about it, in a sentence or two: why, why not, what it costs, whom
and how long it takes, when to stop. Pure; every figure comes from the result.
"""

from handlers.choose import figures
from handlers.choose.result import ResultView
from handlers.choose.reviews import review_day
from knowledge.advisor.record import Standing
from knowledge.advisor.values import COUNT
from knowledge.advisor.whynot import Barred, Behind, Chosen, RuledOut, why_not

TOP = 3


def risks(view: ResultView, block: str = "") -> str:
    """Return what speaks against the advice, or against a block that is named."""
    rows = view.words.against()
    if block:
        rows = [view.words.to(phrase) for phrase in view.advisor.model.block(block).against]
    return view.say("told_risks", list=row(rows[:TOP]))


def why(view: ResultView) -> str:
    """Return the heaviest answers behind the advice, and how firmly it stands."""
    reasons = view.words.deciding()
    name = view.words.name(view.result.advice.id)
    if view.result.headline == "none_fits":
        bars = view.words.limits(view.result.fit)
        return view.say("told_why_waiting", name=name, list=row(reasons) or "–", limit=bars)
    return view.say("told_why", name=name, list=row(reasons) or "–", word=view.words.word())


def not_advised(view: ResultView, block: str) -> str:
    """Return why a block is not advised, and the answer that would change that."""
    words, advisor, result = view.words, view.advisor, view.result
    label = words.to(advisor.model.block(block).label)
    match why_not(advisor, result, block):
        case Chosen():
            name = words.name(result.advice.id)
            if result.headline == "none_fits":
                bars = words.limits(result.fit)
                return view.say("told_chosen_waiting", x=label, name=name, limit=bars)
            reasons = row(words.deciding()) or "–"
            return view.say("told_chosen", x=label, name=name, list=reasons)
        case RuledOut(criterion, option, other):
            answer = words.answer(criterion, option)
            if not other:
                return view.say("told_excluded", x=label, answer=answer)
            back = figures.text(advisor, criterion, other, view.language)
            return view.say("told_excluded_until", x=label, answer=answer, other=back)
        case Barred(standing):
            return view.say("told_limit", x=words.name(standing.id), limit=words.limits(standing))
        case Behind() as behind:
            return _behind(view, label, behind)


def _behind(view: ResultView, label: str, behind: Behind) -> str:
    words = view.words
    if behind.flip is None:
        flip = view.say("told_no_flip", x=label)
    else:
        flip = view.say("told_flip", other=words.answer(*behind.flip), x=label)
    answer = view.say("told_simplicity")
    if behind.answer is not None:
        answer = words.answer(*behind.answer)
    told = view.say(
        "told_behind",
        x=words.name(behind.standing.id),
        now=words.name(view.result.advice.id),
        points=figures.points(behind.standing.score),
        gap=figures.points(behind.gap),
        answer=answer,
        flip=flip,
    )
    limit = words.limits(behind.standing)
    return f"{told} {limit}".strip()


def cost(view: ResultView, people: int = 0, block: str = "") -> str:
    """Return what the advice, or an option with a block, takes for so many people."""
    answers = dict(view.result.answers)
    if people:
        answers[COUNT] = str(people)
    option = view.result.advice.id
    if block and block not in view.result.advice.blocks:
        option = view.advisor.best_with(answers, block)
    needs = view.advisor.estimate(answers, option)
    language = view.language
    users = [f"{end:,.0f}" for end in (needs.users.low, needs.users.high)]
    requests = [f"{end:,.0f}" for end in (needs.requests.low, needs.requests.high)]
    return view.say(
        "told_cost",
        name=view.words.name(option),
        users=figures.between(users[0], users[1], language),
        requests=figures.between(requests[0], requests[1], language),
        year=figures.span(needs.year, language),
        month=figures.span(needs.month, language),
        build=figures.span(needs.build, language),
        seats=figures.span(needs.seats, language),
        usage=figures.span(needs.usage, language),
    )


def cheaper(view: ResultView) -> str:
    """Return what lowers the cost, and the options whose least is lower."""
    own = view.result.advice.estimate.year.low
    lower = []
    for standing in view.result.standings:
        if standing.excluded_by or standing.base == view.result.advice.base:
            continue
        if standing.estimate.year.low < own and standing.base not in view.advisor.model.alone:
            money = figures.money(standing.estimate.year.low, view.language)
            lower.append(f"{view.words.name(standing.id)} {money}")
    if not lower:
        return view.say("told_cheapest", name=view.words.name(view.result.advice.id))
    return view.say("told_cheaper", list=view.say.listed(lower[:TOP]))


def stages(view: ResultView) -> str:
    """Return the route, a line for each stage."""
    lines = []
    for leg in view.result.route:
        stop = view.words.to(leg.stage.stop)
        name, does, takes = view.words.stage(leg), view.words.does(leg), view.words.takes(leg)
        lines.append(f"{name}: {does} ({takes}; {stop})")
    return "\n".join(lines)


def sources(view: ResultView) -> str:
    """Return where what is said was read."""
    return "\n".join([f"- {source}" for source in view.words.sources()])


def certainty(view: ResultView) -> str:
    """Return how firmly the advice stands, and the figures behind it."""
    return "\n".join([view.words.certainty(), *view.words.firmness()])


def cases(view: ResultView) -> str:
    """Return organisations that answered alike, and how it ended."""
    return view.say("told_cases", list=row(view.words.twins()))


def review(view: ResultView) -> str:
    """Return when the decision is to be looked at again."""
    return view.say("told_review", date=review_day(view.run).isoformat())


def row(rows: list[str]) -> str:
    return " / ".join(rows)


def flips(view: ResultView) -> str:
    """Return which other answers would change the approach."""
    rows = view.words.flips_by_question() or [view.say("no_flips")]
    return view.say("told_flips", list=row(rows))


def before(view: ResultView) -> str:
    """Return what to check before starting."""
    return view.say("told_before", list=row(view.words.before()[:TOP]))


def runners_up(view: ResultView) -> str:
    """Return the options next to the advice, with the points they are behind."""
    own = view.result.advice
    rows = []
    for standing in view.result.standings:
        if standing.excluded_by or standing.core == own.core:
            continue
        rows.append(_gap(view, standing, own))
    return view.say("told_runner_up", name=view.words.name(own.id), list=row(rows[:TOP]) or "–")


def _gap(view: ResultView, standing: Standing, own: Standing) -> str:
    gap = figures.signed(standing.score - own.score)
    text = view.say("told_gap", name=view.words.name(standing.id), points=gap)
    if standing.violations:
        return f"{text}: {view.words.place(standing)}"
    return text


def people(view: ResultView) -> str:
    """Return whom the advice takes, in all and for the first stage."""
    needs = view.result.advice.estimate
    return view.say(
        "told_people",
        name=view.words.name(view.result.advice.id),
        people=figures.count(needs.people, view.language),
        months=figures.count(needs.months, view.language),
        skill=view.words.to(view.result.model.notes.skills[needs.skill]),
        first=view.words.takes(view.result.route[0]),
    )


def duration(view: ResultView) -> str:
    """Return how long it takes to the first result, and the first stage."""
    first = view.result.route[0]
    return view.say(
        "told_duration",
        name=view.words.name(view.result.advice.id),
        months=figures.count(view.result.advice.estimate.months, view.language),
        first=figures.count(first.months, view.language),
        do=view.words.does(first),
    )


def stops(view: ResultView) -> str:
    """Return when each stage is to be stopped."""
    words = view.words
    rows = [f"{words.stage(leg)}: {words.to(leg.stage.stop)}" for leg in view.result.route]
    return view.say("told_stop", list=row(rows))


def measures(view: ResultView) -> str:
    """Return what each stage measures, after the person's own measure."""
    rows = []
    if view.run.measure:
        rows.append(view.say("told_own_measure", measure=view.run.measure))
    words = view.words
    rows += [f"{words.stage(leg)}: {words.to(leg.stage.metric)}" for leg in view.result.route]
    return view.say("told_measure", list=row(rows))


def accuracy(view: ResultView) -> str:
    """Say that the result does not know how good answers will be, and what finds out."""
    stage = view.result.route[0].stage
    metric, stop = view.words.to(stage.metric), view.words.to(stage.stop)
    return view.say("told_accuracy", metric=metric, stop=stop)


def in_short(view: ResultView) -> str:
    """Return what to tell those who decide."""
    words = view.words
    return view.say("told_explain", headline=words.headline(), list=row(words.deciding()) or "–")


def care(view: ResultView) -> str:
    """Return what law, personal data and the impact of mistakes add; empty for nothing."""
    rows = view.words.cautions()
    if not rows:
        return ""
    return view.say("told_care", list=row(rows[:TOP]))


def limit(view: ResultView) -> str:
    """Return which limits stand in the way, or that none does."""
    words, result = view.words, view.result
    for standing in (result.fit, result.advice):
        if standing.violations:
            return words.limits(standing)
    told = [view.say("told_within", name=words.name(result.advice.id)), *words.warnings()]
    beyond = [words.name(one.id) for one in result.standings if one.violations]
    if beyond:
        told.append(view.say("told_beyond", list=view.say.listed(beyond)))
    return " ".join(told)
