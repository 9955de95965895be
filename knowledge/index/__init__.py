"""Passages and records in Qdrant: embedded in a folder, or on a server."""
