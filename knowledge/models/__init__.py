"""Language and embedding models, by address."""
