"""Retrieval as components of LlamaIndex; importing it takes a second or more, so do it late."""
