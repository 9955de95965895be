"""A port that a test was given is given to no other."""

import random

from tests.ports import free_port


def test_no_port_is_given_twice(monkeypatch):
    monkeypatch.setattr(random.SystemRandom, "sample", lambda self, among, count: list(among))

    assert free_port() != free_port()
