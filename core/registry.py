"""How a lower feature asks a higher one: it owns a registry, the higher feature fills it in `AppConfig.ready()`."""


class Registry(dict):
    """Answers by name. Registering a name twice is a programming error and says so at start-up."""

    def __init__(self, purpose: str):
        super().__init__()
        self.purpose = purpose

    def register(self, name: str, answer) -> None:
        if name in self and self[name] is not answer:
            raise ValueError(f"{self.purpose}: {name} is registered twice")
        self[name] = answer
