"""`bin/prove` lists the referees; `bin/prove NAME …` runs one on an empty database and an own data folder."""

import ast
import secrets
import signal
import sys
from pathlib import Path

from core import processes
from core.launch import Step, collect_static
from core.preconditions import ROOT
from core.processes import Trouble
from tests.ground import fresh_ground
from tests.suite import interrupt

HERE = Path(__file__).parent


def referees() -> dict[str, str]:
    """Name and first line of each module that has a `main`."""
    found = {}
    for path in sorted(HERE.glob("[a-z]*.py")):
        tree = ast.parse(path.read_text())
        if any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body):
            found[path.stem] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found


def main(arguments: list[str]) -> int:
    known = referees()
    if not arguments or arguments[0] not in known:
        if arguments:
            print(f"There is no referee called {arguments[0]}; these there are:", file=sys.stderr)
        width = max(map(len, known), default=0)
        print("\n".join(f"bin/prove {name:{width}}  {line}" for name, line in known.items()))
        return 1 if arguments else 0
    name, *rest = arguments
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    process = None
    try:
        # Durable, as in production: figures of a database that may forget are no figures.
        with fresh_ground("prove", durable=True) as environment:
            environment |= {
                "DEMO": "1",
                "HOST": "localhost",
                "SECRET_KEY": secrets.token_urlsafe(50),
                "SITE_URL": "http://localhost:8000",
                # Kept from one run to the next: they change only when the style sheets do.
                "STATIC_ROOT": str(ROOT / ".data/prove/static"),
            }
            collect_static(environment).finish("styles, scripts and images are ready")
            step = Step()
            process = processes.start(
                [sys.executable, "-m", f"tests.prove.{name}", *rest], own_session=False, cwd=ROOT, env=environment
            )
            try:
                result = process.wait()
            finally:
                processes.stop([process], 10)
            step.done(f"{name}: {'failed' if result else 'proved'}")
            return result
    except (Trouble, OSError) as problem:
        print(processes.sentence(problem), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
