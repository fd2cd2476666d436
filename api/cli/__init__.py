"""The command line: flags → use case → render. One file a command; what a command needs is imported when it runs."""

from .program import console as console
from .program import main as main
