"""The `llm-choose` command: one file per verb, and the terminal as a face."""
