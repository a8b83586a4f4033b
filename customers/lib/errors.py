class ActionError(Exception):
    """An act was refused and nothing was changed. `str(error)` says why; `field` is the value at fault, or ""."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field
