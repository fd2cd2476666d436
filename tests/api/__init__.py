"""The command line and its effects, as a user meets them."""
