"""
The guided dialog that recommends an approach: its questions, results, memos, teams and decision
models.
"""
