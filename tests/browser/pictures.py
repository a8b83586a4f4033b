"""Pictures of pages, small enough to keep the README’s in git."""

from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

COLOURS = 128


def take(page: Page, folder: str | None, name: str) -> None:
    """Write the top of the page, or the part that its address names, to `name`.png in `folder`, if there is one."""
    if folder:
        page.evaluate("document.querySelector(':target') || scrollTo(0, 0)")
        picture = Image.open(BytesIO(page.screenshot(caret="initial")))
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
            Path(folder) / f"{name}.png", optimize=True
        )
