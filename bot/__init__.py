"""Where it lives: the platforms, the process and its settings."""
