"""What is kept of whoever asks: told, handed out and deleted."""
