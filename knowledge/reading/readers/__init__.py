"""
Readers: one file per document kind, each run in a sandboxed child process.

Import everything at the top of the module (or in `prepare`): no file can be opened once a
document is read, so that an import inside a function fails there. `llm-choose check` and the start
of the server name such imports (`imports.py`).
"""
