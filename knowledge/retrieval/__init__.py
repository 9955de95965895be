"""A query to ranked passages: encoder, features, re-ranker, glossary, dense arm."""
