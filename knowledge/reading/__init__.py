"""Bytes to pages to passages, in a sandboxed child process."""
