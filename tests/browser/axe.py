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
    ([options, changedOnly]) => axe.run(changedOnly ? {include: window.changed} : document, options).then(
        result => result.violations.filter(violation => options.impacts.includes(violation.impact)).map(
            ({impact, id, nodes}) => `${impact} ${id}: ${nodes.slice(0, 3).map(node => node.html).join(' ')}`
        )
    )
"""
LOOK = """
    () => {
        const lookOf = element => {
            const style = getComputedStyle(element)
            return [style.color, style.backgroundColor, style.fontSize, style.fontWeight].join()
        }
        const before = window.looks ?? new Map()
        const shown = [...document.body.querySelectorAll('*')].filter(element => element.checkVisibility())
        window.looks = new Map(shown.map(element => [element, lookOf(element)]))
        window.changed = shown.filter(element => window.looks.get(element) !== before.get(element))
        return window.changed.map(element => `${window.looks.get(element)} ${element.outerHTML}`)
    }
"""
IMPACTS = ["serious", "critical"]


def load(page: Page) -> None:
    """Into all that `page` opens from here on. To evaluate it in each page takes longer, and as an element of a page it
    would be refused by the Content-Security-Policy."""
    page.add_init_script(path=SCRIPT)


def changed(page: Page) -> set[str]:
    """The elements that look different than they did when this was asked before, or were hidden then."""
    return set(page.evaluate(LOOK))


def violations(page: Page, *, rules: list[str] | None = None, changed_only: bool = False) -> list[str]:
    """What serious or critical is wrong with the page, by all rules of the standards or only by `rules`.

    With `changed_only`, of the elements that `changed` named last.
    """
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": STANDARDS}
    options = {"runOnly": only, "impacts": IMPACTS, "resultTypes": ["violations"]}
    if not rules:
        options |= {"rules": {rule: {"enabled": False} for rule in NEVER_SERIOUS}}
    return page.evaluate(RUN, [options, changed_only])
