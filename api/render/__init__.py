"""What people and programs see of a verdict: text, JSON. Pure functions from values to text."""
