"""Readers: one file per document kind, each run in a sandboxed child process."""
