"""What does not fit on a page or is too small to be read, by the boxes of its texts and controls."""

from playwright.sync_api import CDPSession, Page

WIDTHS = (320, 390, 768, 1024, 1366, 1920)

FIND = """
    () => {
        const SLACK = 1.5  // pixels, which rounding may take
        const view = document.documentElement.clientWidth
        const complaints = new Map()

        const shortName = element => element.localName + (element.id ? `#${element.id}` : "")
            + [...element.classList].map(name => `.${name}`).join("")
        const pathOf = element => {
            const path = []
            for (let node = element; node && node !== document.body && path.length < 4; node = node.parentElement) {
                path.unshift(shortName(node))
            }
            return path.join(" > ")
        }
        const complain = (what, element) => {
            const complaint = `${what}: ${pathOf(element)}`
            complaints.set(complaint, (complaints.get(complaint) ?? 0) + 1)
        }
        const once = ask => {  // for each element
            const answers = new Map()
            return element => {
                if (!answers.has(element)) answers.set(element, ask(element))
                return answers.get(element)
            }
        }
        const styleOf = once(element => getComputedStyle(element))
        const boxOf = once(element => element.getBoundingClientRect())
        const isRoot = element => !element || element === document.body

        // Neither hidden nor there for screen readers only. A field with a key in it makes room for the key.
        const UNSEEN = ".visually-hidden, .skip-to-content-link, .has-key kbd"
        const isForSight = once(
            element => isRoot(element) || !element.matches(UNSEEN) && isForSight(element.parentElement))
        const isShown = element => element.checkVisibility({visibilityProperty: true}) && isForSight(element)
        const isAlsoTitle = element => {
            const titled = element.closest("[title]")
            return titled && styleOf(titled).textOverflow === "ellipsis"
        }

        // What a text or a control may not stick out of: whatever clips or scrolls, a panel, a table, a cell.
        const FRAMES = ".module, .results, table, td, th, li, dd, dt, form"
        const isFrame = element => styleOf(element).overflowX !== "visible"
            || element.matches(FRAMES) && !/^(inline|contents)$/.test(styleOf(element).display)
        const framesAround = once(element => {
            if (isRoot(element)) return []
            const outer = /absolute|fixed/.test(styleOf(element).position) ? [] : framesAround(element.parentElement)
            return isFrame(element) ? [element, ...outer] : outer
        })
        const check = (what, box, element, frames) => {
            if (box.right > view + SLACK || box.left < -SLACK) complain(`${what} off the page`, element)
            for (const frame of frames) {
                const around = boxOf(frame)
                const out = Math.max(box.right - around.right, around.left - box.left)
                if (out > SLACK) return complain(`${what} outside ${shortName(frame)}`, element)
                const cuts = styleOf(frame).overflowY !== "visible"
                if (cuts && box.bottom > around.bottom + SLACK) return complain(`${what} cut off below`, element)
            }
        }

        const scrolled = document.scrollingElement.scrollWidth - view
        if (scrolled > 0) complain(`the page scrolls sideways by ${scrolled}px`, document.body)

        const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary"
        const controls = [...document.querySelectorAll(CONTROLS)].filter(isShown)
        for (const control of controls) check("control", boxOf(control), control, framesAround(control.parentElement))

        const pieces = controls.filter(control => control.matches("input, select, textarea, button, .button"))
            .map(element => ({element, box: boxOf(element), text: null}))
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
        const range = document.createRange()
        while (texts.nextNode()) {
            const text = texts.currentNode
            const element = text.parentElement
            if (!text.data.trim() || element.closest("script, option, textarea, svg, dialog:not([open])")) continue
            if (!isShown(element) || isAlsoTitle(element)) continue
            const size = parseFloat(styleOf(element).fontSize)
            if (size === 0) continue  // a step without its word
            if (size < 12) complain("text of less than 12px", element)
            range.selectNodeContents(text)
            for (const box of range.getClientRects()) {
                if (box.width < 1) continue
                check("text", box, element, framesAround(element))
                pieces.push({element, box, text})
            }
        }

        // The row of buttons that sticks to the bottom of the window lies on the page as it is meant to.
        const layerOf = once(element => isRoot(element) ? null
            : /sticky|fixed/.test(styleOf(element).position) ? element : layerOf(element.parentElement))
        const belongTogether = (one, other) => one.element === other.element
            || !one.text && one.element.contains(other.element) || !other.text && other.element.contains(one.element)
        pieces.sort((one, other) => one.box.top - other.box.top)
        pieces.forEach((one, n) => {
            for (let i = n + 1; i < pieces.length && pieces[i].box.top < one.box.bottom; i++) {
                const other = pieces[i]
                const width = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left)
                const height = Math.min(one.box.bottom, other.box.bottom) - other.box.top
                // The boxes of two lines of text share some of their leading.
                if (width <= 2 || height <= Math.max(2, .4 * Math.min(one.box.height, other.box.height))) continue
                if (belongTogether(one, other) || layerOf(one.element) !== layerOf(other.element)) continue
                complain(`${pathOf(other.element)} lies on`, one.element)
            }
        })
        return [...complaints].map(([complaint, times]) => times > 1 ? `${complaint} (${times} times)` : complaint)
    }
"""
OPEN_FOLDS = "() => document.querySelectorAll('details:not(.menu)').forEach(fold => { fold.open = true })"


def what_does_not_fit(page: Page, session: CDPSession) -> list[str]:
    """At each width, one after the other, of the page as it is loaded."""
    page.evaluate(OPEN_FOLDS)
    complaints = []
    for width in WIDTHS:
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        session.send("Emulation.setDeviceMetricsOverride", size)
        complaints += [f"{width}px: {complaint}" for complaint in page.evaluate(FIND)]
    return complaints
