"""What the program does for people, without a word about how it is asked or shown: no flags, no printing."""
