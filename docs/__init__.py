"""Pages for people, and the program that makes some of them from tables."""
