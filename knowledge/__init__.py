"""
What it knows: documents, passages, answers and the decision model; nothing here has heard of chat.
"""
