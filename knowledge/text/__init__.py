"""
Text before it means anything to the index: words, amounts, units, language, courtesy, and what text
may not do.
"""
