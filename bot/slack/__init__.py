"""Slack: events, commands and buttons in; Block Kit out."""
