"""Doors for machines: a JSON API, the chat completions of OpenAI, and the Model Context Protocol."""
