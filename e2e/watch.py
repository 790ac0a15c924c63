"""What no page may ever do: complain in the console, throw, or want what the content policy forbids."""

import pytest

# Chromium's console knows of breaches without our help; the event also tells of those in frames and workers.
TELL = """
addEventListener("securitypolicyviolation", ({effectiveDirective, blockedURI, sample}) =>
  console.error(`Policy: ${effectiveDirective} forbids ${blockedURI || "inline"} ${sample}`));
"""


class Watch:
    """Listens to every page of the contexts it is given. A form that was refused (422) is no fault; any other status
    is one unless the test expects it."""

    def __init__(self):
        self.faults: list[str] = []
        self.contexts = []
        self.expected: list[str] = []
        self.expect(422)
        # Leaving a page while a search is under way calls the search off: htmx says so, and nothing went wrong. What
        # did go wrong on the way is another event (sendError, responseError, swapError) and still counts.
        self.expect("htmx:sendAbort", "htmx:afterRequest")

    def over(self, context):
        self.contexts.append(context)
        context.add_init_script(TELL)
        context.on("console", self._hear)
        context.on("weberror", self._see)
        return context

    def expect(self, *complaints: int | str) -> None:
        """What the test is about: a status, as the browser and htmx report it, or words of a message."""
        for it in complaints:
            self.expected += [it] if isinstance(it, str) else [f"with a status of {it}", f"Status Error Code {it}"]

    def end(self) -> None:
        for context in self.contexts:
            context.close()
        if self.faults:
            pytest.fail("The browser complained:\n" + "\n".join(self.faults), pytrace=False)

    def _see(self, found):
        # Chromium's own note when one page is left before the fade to it has begun; nobody's script sees it.
        if not str(found.error).startswith("Transition was "):
            self.faults.append(str(found.error))

    def _hear(self, message):
        if message.type == "error" and not any(words in message.text for words in self.expected):
            self.faults.append(f"{message.text} ({message.location.get('url')})")
