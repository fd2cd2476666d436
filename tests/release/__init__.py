"""What is handed out, and that it installs without a network."""
