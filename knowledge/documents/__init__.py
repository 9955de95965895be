"""How documents come, change hands and go, and the library that can be searched."""
