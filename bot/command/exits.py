"""What a command ends with, as the world has it."""

DONE, COULD_NOT, USAGE = 0, 1, 2
INTERRUPTED = 130  # as shells say it of whoever was stopped by Ctrl+C
