"""What is remembered between turns, in Redis: one small class for each duty, over one link."""
