"use strict";
// Keys for lists, the worklist and the customer page. Rows are gone through with j and k; what the other keys press is
// marked by data-key in the page, in a row or outside of all rows.
{
    const OFF = "keys-off";
    const ROWS = "main :is(table.rows > tbody > tr, ol.people > li:not(.kept))";
    const sheet = document.getElementById("keys");
    const toggle = document.getElementById("keys-on");
    let here = null;

    const isSeen = (element) => element.getClientRects().length > 0;
    const rows = () => Array.from(document.querySelectorAll(ROWS)).filter(isSeen);
    const isTyping = (element) => element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio])");
    // Where rows are selected, the page acts on them; else the row that is gone to acts.
    const pressed = (key) => {
        const mark = `[data-key="${key}"]`;
        const ofPage = Array.from(document.querySelectorAll(mark)).find((each) => !each.closest(ROWS));
        const isSelected = rows().some((row) => row.querySelector("input[type=checkbox]:checked"));
        return (isSelected && ofPage) || (here?.isConnected && here.querySelector(mark)) || ofPage;
    };
    const box = () => (here?.isConnected ? here.querySelector("input[type=checkbox]") : null);

    const go = (step) => {
        const all = rows();
        const at = all.indexOf(here);
        const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
        if (!next) return;
        here?.classList.remove("here");
        here = next;
        here.classList.add("here");
        here.scrollIntoView({ block: "nearest" });
        here.querySelector("input[type=checkbox], a[href], button")?.focus({ preventScroll: true });
    };

    // What the page has no use for is not listed.
    const open = () => {
        for (const line of sheet.querySelectorAll("[data-for]")) line.hidden = !document.querySelector(line.dataset.for);
        toggle.checked = !localStorage.getItem(OFF);
        sheet.showModal();
    };
    const acts = {
        j: () => go(1),
        k: () => go(-1),
        x: () => box()?.click(),
        m: () => pressed("m")?.click(),
        n: () => pressed("n")?.click(),
        e: () => pressed("e")?.click(),
    };

    if (sheet) {
        for (const element of document.querySelectorAll("[data-key]")) element.setAttribute("aria-keyshortcuts", element.dataset.key);
        toggle.addEventListener("change", () => {
            if (toggle.checked) localStorage.removeItem(OFF);
            else localStorage.setItem(OFF, "1");
        });
        document.addEventListener("keydown", (event) => {
            if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target) || sheet.open) return;
            if (event.key === "?") open();
            else if (Object.hasOwn(acts, event.key) && (!event.repeat || "jk".includes(event.key)) && !localStorage.getItem(OFF)) acts[event.key]();
            else return;
            event.preventDefault();
        });
    }
}
