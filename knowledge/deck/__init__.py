"""The built-in digest of the slide deck, in our own words, one entry per slide."""
