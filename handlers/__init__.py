"""What it does: one file per ability, and the words they share with every platform."""
