"""What may be made again is, as often and as late as the policy says; nothing here waits."""

import pytest

from knowledge.retry import LONGEST, SPREAD, Retry


class Away(Exception):
    """Worth another try; `seconds` is when to come back."""

    def __init__(self, seconds=None):
        super().__init__(seconds)
        self.seconds = seconds


class Line:
    """Calls that end as `ends` says, one after another, and the seconds waited between them."""

    def __init__(self, *ends):
        self.ends, self.calls, self.waits = list(ends), 0, []

    async def call(self):
        self.calls += 1
        end = self.ends.pop(0)
        if isinstance(end, BaseException):
            raise end
        return end

    async def sleep(self, seconds):
        self.waits.append(seconds)

    def retry(self, tries=3, pause=1.0, **more):
        again = lambda failure: isinstance(failure, Away)  # noqa: E731
        named = lambda failure: failure.seconds  # noqa: E731
        return Retry(tries, pause, again, named, sleep=self.sleep, **more)


async def test_the_answer_comes_with_the_last_try_and_not_after_it():
    reached = Line(Away(), Away(), "answer")
    assert await reached.retry().call(reached.call) == "answer"
    missed = Line(Away(), Away(), last := Away(), "answer")
    with pytest.raises(Away) as raised:
        await missed.retry().call(missed.call)
    assert raised.value is last
    assert missed.calls == 3


async def test_what_is_not_worth_another_try_is_raised_at_once():
    line = Line(KeyError("x"), "answer")
    with pytest.raises(KeyError):
        await line.retry().call(line.call)
    assert (line.calls, line.waits) == (1, [])


async def test_random_waits_spread_over_all_of_a_doubling_span():
    first, second = [], []
    for _ in range(200):
        line = Line(Away(), Away(), "answer")
        await line.retry(pause=4.0).call(line.call)
        first.append(line.waits[0])
        second.append(line.waits[1])
    assert 0 <= min(first) < 1.0
    assert 3.0 < max(first) <= 4.0
    assert 0 <= min(second) < 2.0
    assert 6.0 < max(second) <= 8.0


async def test_a_random_wait_is_never_longer_than_a_minute():
    line = Line(*[Away()] * 30, "answer")
    await line.retry(tries=31).call(line.call)
    assert LONGEST / 4 < max(line.waits) <= LONGEST == 60.0


async def test_who_is_told_when_to_come_back_comes_then_and_never_sooner():
    for seconds in (0.0, 7.0, 900.0):
        line = Line(Away(seconds), "answer")
        await line.retry().call(line.call)
        assert seconds <= line.waits[0] <= seconds + SPREAD


@pytest.mark.parametrize(("seconds", "calls"), [(9.0, 2), (10.0, 1)])
async def test_no_wait_begins_that_would_outlast_the_budget(seconds, calls):
    line = Line(Away(seconds), last := Away(seconds))
    with pytest.raises(Away) as raised:
        await line.retry(tries=2, budget=10.0).call(line.call)
    assert line.calls == calls
    assert (raised.value is last) == (calls == 2)
