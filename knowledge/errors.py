"""
The ways knowledge can fail, as a tree. Every error carries a stable code and both languages.

    KnowledgeError
    ├── UnreadableDocument   the file cannot be taken in; the sentence names it and the way out
    │   └── ReaderFault      a fault of ours, not of the file's; the sentence has the log's number
    ├── PartlyRead           too little of the file was read for it to be published
    ├── LibraryUnavailable   the index did not answer in time or refuses to open
    │   └── EmbeddingUnavailable  the embedding model did not answer; nothing was written
    ├── UnknownDocument      no such document, version or passage, or the asker may not see it
    ├── SourceUnavailable    a source of documents, or one entry of it, cannot be had
    ├── ModelUnavailable     the language model failed within its budget
    ├── InvalidModel         the decision model or another data file is not whole
    ├── InvalidBackup        a backup is not ours, not whole, or there is no room for it
    └── InvalidAnswers       a set of answers names a criterion or option that does not exist
"""

from knowledge.values import Phrase


class KnowledgeError(Exception):
    """
    A failure people are told about.

    `code` is stable and machine-readable ("password_protected"); `reason` is one whole sentence in
    each language that names the thing, why it failed and the way out. `str(error)` is the English
    sentence.
    """

    def __init__(self, code: str, reason: Phrase) -> None:
        super().__init__(reason.en)
        self.code = code
        self.reason = reason


class UnreadableDocument(KnowledgeError):
    """The file cannot be read, or must not be."""


class ReaderFault(UnreadableDocument):
    """
    A reader failed by a fault of ours: the same file can be read once that is mended, so it is
    kept.
    """


class PartlyRead(KnowledgeError):
    """A version may not be published, because the readers missed a good part of its file."""


class LibraryUnavailable(KnowledgeError):
    """The index did not answer in time, is damaged, or is held by another process."""


class EmbeddingUnavailable(LibraryUnavailable):
    """
    The embedding model did not deliver the vectors of passages; the same work may be tried again.
    """


class UnknownDocument(KnowledgeError):
    """There is no such document, or the asker may not see it: the same sentence for both."""


class ModelUnavailable(KnowledgeError):
    """The language model did not deliver a usable answer within its budget."""


class InvalidModel(KnowledgeError):
    """The decision model, its texts or another data file is not whole."""


class InvalidAnswers(KnowledgeError):
    """A set of answers names something the decision model does not have."""


class InvalidBackup(KnowledgeError):
    """A backup is damaged or foreign, or what it would be restored over must not be lost."""
