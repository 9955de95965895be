"""
Everything between a message and an answer: hearing, asking, small talk, sources, feedback,
escalation.
"""
