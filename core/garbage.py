"""What a process does about its garbage that soon ends, or hardly makes any."""

import atexit
import gc


def leave_it() -> None:
    """Nearly all that is made while a process begins stays until it ends: looking for garbage took a fifth of a
    command. And then all of it goes at once: to take it apart piece by piece took a third."""
    gc.set_threshold(50_000, 20, 20)
    atexit.register(gc.freeze)
