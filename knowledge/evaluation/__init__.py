"""Measuring search and answers on questions whose right documents are known."""
