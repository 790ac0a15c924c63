"""`python -m core.serve`: the web server of a container. This process becomes granian, so that signals reach it."""

import os
import sys

from core.launch import say, web_command
from core.preconditions import configuration
from core.processes import Trouble

GRACE = 30  # seconds that requests in progress have when a container is replaced


def main() -> None:
    try:
        values = configuration(dict(os.environ))
    except Trouble as trouble:
        sys.exit(str(trouble))
    command = web_command(values["HOST"], int(values["PORT"]), int(values["WEB_WORKERS"]), GRACE)
    say(f"MasteryHub listens on {values['HOST']}:{values['PORT']}")
    # granian shows its environment to every request: the site forgets the secrets there once it has read them.
    os.execve(command[0], command, {**values, "KEEP_ENVIRONMENT": "0"})  # noqa: S606 - our own interpreter


if __name__ == "__main__":
    main()
