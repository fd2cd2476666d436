"""What reaches outside the process, one file each: a Protocol, and the implementation that does it.

Use cases are given these and touch nothing else, so tests give them others.
"""
