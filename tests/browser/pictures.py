"""Pictures of pages for the docs, small enough to keep."""

from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

COLOURS = 128


def take(page: Page, folder: str | None, name: str) -> None:
    """Write what is to be seen of the page as `name`.png into `folder`, if there is one."""
    if folder:
        picture = Image.open(BytesIO(page.screenshot(animations="disabled", caret="hide")))
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
            Path(folder) / f"{name}.png", optimize=True
        )
