"""Guideline documents of a fictional company, to try the bot with before your own are added."""
