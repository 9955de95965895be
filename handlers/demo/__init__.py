"""The demonstration of RAG on our own answers."""
