"""
The library: documents on a shelf that can be searched.

One door to several rooms, each of which is documented where it is: `search.py` finds passages,
`store.py` lets documents come, change and go, `publishing.py` says which version is found,
`review.py` is what admins look at before, `rules.py` marks passages for the guided dialog. They
share one index and its registry; none of them knows another's insides.
"""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

from knowledge.documents.meanings import Meanings
from knowledge.documents.originals import Originals
from knowledge.documents.publishing import Publishing
from knowledge.documents.rarities import Rarities
from knowledge.documents.registry import Registry
from knowledge.documents.removal import Removal
from knowledge.documents.rereading import Rereading
from knowledge.documents.review import Review
from knowledge.documents.rules import Rules
from knowledge.documents.search import Search
from knowledge.documents.senders import Senders
from knowledge.documents.staging import STALE, Cut, Staging
from knowledge.documents.store import DocumentStore
from knowledge.documents.upkeep import Upkeep
from knowledge.documents.vocabulary import Vocabulary
from knowledge.errors import LibraryUnavailable
from knowledge.index.protocol import Index
from knowledge.models.embedding import Embedding
from knowledge.models.sentence_encoder import SentenceEncoder
from knowledge.reading.chunks import passages
from knowledge.retrieval.dense import Dense
from knowledge.retrieval.encoder import Encoder
from knowledge.retrieval.kinship import Kinship
from knowledge.retrieval.likeness import Likeness
from knowledge.values import Document


class Library:
    """
    Documents over an index, and the search over them; `async with` opens both.

    `originals` is where their files are kept; without it only passages are. `sentences` tells what
    passages mean; without it they are found by their words. `embedding` makes the dense vectors of
    the index. `cut` makes passages of a file. Every search names its readers; admin calls name a
    document.
    """

    def __init__(
        self,
        index: Index,
        encoder: Encoder | None = None,
        *,
        originals: Originals | None = None,
        sentences: SentenceEncoder | None = None,
        embedding: Embedding | None = None,
        cut: Cut = passages,
    ) -> None:
        encoder = encoder or Encoder()
        changing = asyncio.Lock()
        self._index = index
        self._registry = Registry(index)
        self._rarities = Rarities(index, self._registry)
        self.likeness: Likeness | None = None
        if sentences is not None:
            self.likeness = Likeness(Kinship(sentences.encode), encoder.analysis)
        self._meanings = Meanings(index, self._registry, sentences, self.likeness)
        self.vocabulary = Vocabulary(index, self._registry, self.likeness)
        self._dense = Dense(index, embedding)
        self._staging = Staging(index, self._registry, encoder, self._dense, cut)
        removal = Removal(index, self._registry, originals)
        self._upkeep = Upkeep(index, self._registry, removal, self._dense, encoder)
        search = Search(index, self._registry, self._rarities, self._meanings, self._dense, encoder)
        store = DocumentStore(index, self._registry, self._staging, removal, originals, changing)
        self._publishing = Publishing(index, self._registry, changing)
        review = Review(self._registry, store.passages)
        rules = Rules(index, self._registry, store.passages, store.edit)
        self._search = search
        self._offer_search(search)
        self._offer_documents(store, self._publishing)
        self._offer_review(review, rules)
        rereading = Rereading(self._registry, self._staging, self._publishing, removal, originals)
        self.reread = rereading.run
        senders = Senders(index, self._registry)
        self.sent_by = senders.sent_by
        self.forget_sender = senders.forget_sender
        self.tend = self._upkeep.tend
        self.measured = self._upkeep.measured
        self.renewed = self._upkeep.renewed
        self.compacted = self._upkeep.compacted
        self.followed = self._meanings.followed

    async def __aenter__(self) -> Self:
        """
        Open the index, finish what a dead process left, count how rare words are.

        Raises:
            LibraryUnavailable: the index did not answer.
        """
        await self._index.__aenter__()
        try:
            await self._registry.refresh(now=True)
            await self.tend(age=STALE if self._index.shared else 0.0)
            await self._rarities.refresh()
            await self._meanings.refresh()
        except BaseException as error:  # the folder's lock must not outlive a start that failed
            await self._index.__aexit__(type(error), error, error.__traceback__)
            raise
        self._upkeep.begin()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._upkeep.stop_tending()
        await self.vocabulary.stop()
        await self._meanings.stop()
        self._staging.close()
        await self._index.__aexit__(kind, error, trace)
        await self._upkeep.stop_remaking()

    async def publish(self, document: str, version: str, *, anyway: bool = False) -> Document:
        """
        Make `version` the one that is found, as `Publishing.publish`; its words at once, what it
        means a little later.
        """
        published = await self._publishing.publish(document, version, anyway=anyway)
        with suppress(LibraryUnavailable):  # the next question tries again
            await self._meanings.refresh()
        return published

    @property
    def embedding(self) -> Embedding | None:
        """The model that makes the dense vectors; None where there are none."""
        return self._search.embedding

    @property
    def sentences(self) -> SentenceEncoder | None:
        """What tells what passages mean; None where words alone are searched."""
        return self._meanings.encoder

    @property
    def dense(self) -> bool:
        """Whether dense vectors can be searched, be they used or not."""
        return self._search.dense

    def _offer_search(self, search: Search) -> None:
        self.query = search.query
        self.search = search.search
        self.preview = search.preview
        self.passage = search.passage
        self.neighbours = search.neighbours
        self.glossary = search.glossary
        self.set_glossary = search.set_glossary
        self.judge = search.judge

    def _offer_documents(self, store: DocumentStore, publishing: Publishing) -> None:
        self.documents = store.documents
        self.document = store.document
        self.holding = store.holding
        self.passages = store.passages
        self.stage = store.stage
        self.edit = store.edit
        self.discard = store.discard
        self.remove = store.remove
        self.keep = store.keep
        self.original = store.original
        self.originals = store.originals
        self.records = store.records
        self.put_back = store.put_back

        self.withdraw = publishing.withdraw
        self.rollback = publishing.rollback

    def _offer_review(self, review: Review, rules: Rules) -> None:
        self.changes = review.changes
        self.alike = review.alike
        self.questions = review.questions
        self.turned = review.turned
        self.topics = review.topics
        self.standing = review.standing

        self.mark = rules.mark
        self.rules = rules.rules
        self.lost_marks = rules.lost_marks
