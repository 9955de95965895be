"""
Our replies into Block Kit: pure, within Slack's limits, on three levels of blocks that Slack may or
may not know.
"""
