"""
The decision engine: which approach fits these answers, how sure that is and what would change it.
"""
