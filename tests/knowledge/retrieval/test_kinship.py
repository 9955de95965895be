"""Words compared by what they mean, and an encoder that is not there."""

import numpy as np

from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.retrieval.kinship import Kinship


def test_a_word_lies_nearer_to_what_may_stand_for_it():
    kinship = Kinship(SentenceEncoder().encode)

    bonus, lunch = kinship.nearest(["ボーナス", "ランチ"], ["賞与", "支給", "規程"])
    assert bonus > lunch
    assert kinship.nearest(["退職"], ["quit", "退職"])[0] > 0.99


def test_without_an_encoder_nothing_is_near():
    kinship = Kinship(lambda _: np.empty((0, 512), np.float32))

    assert not kinship.usable
    assert kinship.nearest(["ボーナス"], ["賞与"]) == [0.0]


def test_each_word_is_encoded_once():
    encoded = []

    def encode(words):
        encoded.extend(words)
        return np.ones((len(words), 4), np.float32) / 2

    kinship = Kinship(encode)
    kinship.nearest(["a", "b"], ["b", "c"])
    kinship.nearest(["a"], ["c"])

    assert sorted(encoded) == ["a", "b", "c"]
