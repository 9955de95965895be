"""A question and its passages to a checked answer."""
