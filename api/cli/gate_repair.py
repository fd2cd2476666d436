"""``countersign gate repair``: the gate in apt is made as it was installed."""

from __future__ import annotations

from pathlib import Path

import click

from .gate_apt import ROOT
from .options import example


@click.command("repair", epilog=example("countersign gate repair --root machine"))
@ROOT
def command(root: str) -> int:
    """Say what is wrong with the gate in apt, and mend it.

    Every file is compared with what was installed. What differs is put right from the copy that was kept, or built anew
    from the installation that runs this.
    """
    from ..gate.apt.installation import Installation
    from ..gate.apt.repair import repair
    from ..gate.apt.screens import mended_screen
    from ..version import VERSION
    from .world import this_machine

    world = this_machine(show_progress=False)
    world.terminal.write(mended_screen(repair(Installation(Path(root)), VERSION), world.look))
    return 0
