"""What buttons and forms do: one typed value for each action, and the codec both ways."""
