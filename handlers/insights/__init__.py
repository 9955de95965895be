"""What was asked and what became of it, for those who look after the documents."""
