"""What was started in vain is answered to nobody else."""

import pytest

from tests import preloaded


class Nursery:
    """Answers one start late: whoever asked had given up, the next hears of it."""

    def __init__(self):
        self.answers = []
        self.closed = False

    def fork(self, words, *_):
        self.answers.append(words)
        if words == "late":
            raise TimeoutError
        return self.answers.pop(0)

    def close(self):
        self.closed = True


def test_a_start_that_was_given_up_is_not_taken_for_the_next(monkeypatch):
    made = []

    def nursery():
        made.append(Nursery())
        return made[-1]

    monkeypatch.setattr(preloaded, "_NURSERIES", [])
    monkeypatch.setattr(preloaded, "_Nursery", nursery)
    with pytest.raises(TimeoutError):
        preloaded._forked("late", ".", {}, [])

    assert preloaded._forked("next", ".", {}, []) == "next"
    assert [one.closed for one in made] == [True, False]
