"""Doors for machines: a JSON API, OpenAI's chat completions, the Model Context Protocol."""
