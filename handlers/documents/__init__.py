"""
The admins' room: documents come, are tried, published, replaced and removed from chat; `desk.py` is
its map.
"""
