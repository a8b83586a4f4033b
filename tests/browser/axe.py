"""Asking axe-core, the accessibility checker from npm, about the page that is open."""

from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).parent.parent / "node_modules" / "axe-core" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""All that a theme changes."""
SIZES = ["target-size", "scrollable-region-focusable"]
"""What else the size of the window changes."""

NEVER_SERIOUS = [
    *("aria-allowed-role", "aria-deprecated-role", "empty-heading", "empty-table-header", "form-field-multiple-labels"),
    *("heading-order", "html-xml-lang-mismatch", "image-redundant-alt", "landmark-banner-is-top-level"),
    *("landmark-complementary-is-top-level", "landmark-contentinfo-is-top-level", "landmark-main-is-top-level"),
    *("landmark-no-duplicate-banner", "landmark-no-duplicate-contentinfo", "landmark-no-duplicate-main"),
    *("landmark-one-main", "landmark-unique", "meta-viewport-large", "meta-viewport", "no-autoplay-audio"),
    *("page-has-heading-one", "presentation-role-conflict", "region", "scope-attr-valid", "server-side-image-map"),
    *("skip-link", "table-duplicate-name"),
]
"""Rules of the standards that find nothing serious, which `violations` would not tell: asking them takes time."""

RUN = """
    ([options, looks]) => axe.run(looks ? {include: looks.map(look => shown.get(look))} : document, options).then(
        result => result.violations.filter(violation => options.impacts.includes(violation.impact)).map(
            ({impact, id, nodes}) => `${impact} ${id}: ${nodes.slice(0, 3).map(node => node.html).join(' ')}`
        )
    )
"""
LOOKS = """
    () => {
        // Of an element all that its contrast follows from: where it stands, its own colour and those behind it.
        const lookOf = element => {
            const {fontSize, fontWeight, textDecorationLine, textShadow} = getComputedStyle(element)
            const look = [element.localName, fontSize, fontWeight, textDecorationLine, textShadow]
            for (let node = element; node; node = node.parentElement) {
                const {color, backgroundColor, backgroundImage, opacity, position} = getComputedStyle(node)
                const layer = [color, backgroundColor, backgroundImage, opacity, position].join()
                if (layer !== look.at(-1)) look.push(layer)
            }
            return look.join()
        }
        const hasText = element => element.matches("input, select, textarea")
            || [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim())
        const texts = [...document.body.querySelectorAll("*")].filter(
            element => hasText(element) && element.checkVisibility())
        window.shown = new Map(texts.map(element => [lookOf(element), element]))
        return [...window.shown.keys()]
    }
"""
IMPACTS = ["serious", "critical"]


def load(page: Page) -> None:
    """Into all that `page` opens from here on. To evaluate it in each page takes longer, and as an element of a page it
    would be refused by the Content-Security-Policy."""
    page.add_init_script(path=SCRIPT)


def violations(page: Page, *, rules: list[str] | None = None, looks: list[str] | None = None) -> list[str]:
    """What serious or critical is wrong with the page, by `rules` or by all of the standards but those for colours;
    with `looks`, of one element of each."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": STANDARDS}
    options = {"runOnly": only, "impacts": IMPACTS, "resultTypes": ["violations"]}
    if not rules:
        options |= {"rules": {rule: {"enabled": False} for rule in NEVER_SERIOUS + COLOURS}}
    return page.evaluate(RUN, [options, looks])


def colour_violations(page: Page, checked: set[str]) -> list[str]:
    """What is wrong with the colours of texts that look like none in `checked`, which has them from then on."""
    looks = [look for look in page.evaluate(LOOKS) if look not in checked]
    checked.update(looks)
    return violations(page, rules=COLOURS, looks=looks) if looks else []
