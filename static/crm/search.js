"use strict";
// The key “/” goes to the search field of the page; each field that it may go to says so. In the field itself it is typed,
// but not as its first character: on Home the field has the focus already, and the key is pressed by habit.
{
    const fields = Array.from(document.querySelectorAll("form[role=search] input[type=search][name=q]"));
    const seen = (field) => field.getClientRects().length > 0;
    const isTyping = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

    for (const field of fields) {
        const hint = document.createElement("kbd");
        hint.textContent = "/";
        hint.setAttribute("aria-hidden", "true");
        field.setAttribute("aria-keyshortcuts", "/");
        field.parentElement.classList.add("has-key");
        field.after(hint);
    }

    document.addEventListener("keydown", (event) => {
        const field = fields.find(seen);
        if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !field) return;
        const isThere = event.target === field && !field.value;
        if (isTyping(event.target) && !isThere) return;
        event.preventDefault();
        field.focus();
        field.select();
    });
}

// The arrow keys go from the search field through its hits; Enter opens the one that has focus. Hits that lie over the page go
// with Escape, and when something else is pressed or gets focus.
{
    const LIST = "#result_list tbody th > a:first-of-type";
    const over = document.getElementById("hits");
    const form = over?.closest("form");
    const field = form?.querySelector("input[type=search]") ?? document.getElementById("searchbar");
    const hideUnlessInside = (event) => {
        if (!form.contains(event.target)) over.replaceChildren();
    };

    document.addEventListener("keydown", (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (!step || !field || event.ctrlKey || event.metaKey || event.altKey) return;
        const stops = [field, ...(over ?? document).querySelectorAll(over ? "a" : LIST)];
        const here = stops.indexOf(document.activeElement);
        if (here < 0 || !stops[here + step]) return;
        event.preventDefault();
        stops[here + step].focus();
    });
    if (over) {
        document.addEventListener("pointerdown", hideUnlessInside);
        document.addEventListener("focusin", hideUnlessInside);
        form.addEventListener("keydown", (event) => {
            if (event.key !== "Escape" || !over.hasChildNodes()) return;
            event.preventDefault();
            over.replaceChildren();
            field.focus();
        });
    }
}

// The number of a card is never sent: the address would be kept in histories and logs. Its last four digits are searched for.
{
    const passesLuhn = (digits) => Array.from(digits).reverse().reduce((sum, digit, index) => {
        const number = Number(digit) * (1 + index % 2);
        return sum + Math.floor(number / 10) + number % 10;
    }, 0) % 10 === 0;
    // Anywhere in what was typed, whatever stands between its digits.
    const CARD = /(?<!\d)[2-6](?:[\s./_-]*\d){12,18}(?!\d)/g;
    const withoutCard = (text) => {
        const usual = text.normalize("NFKC");
        const without = usual.replace(CARD, (number) => {
            const digits = number.replace(/\D/g, "");
            return passesLuhn(digits) ? digits.slice(-4) : number;
        });
        return without === usual ? text : without;
    };

    document.addEventListener("submit", (event) => {
        if (event.target.method !== "get") return;
        for (const field of event.target.elements) {
            if (field.type === "search" || field.type === "text") field.value = withoutCard(field.value);
        }
    }, true);
    document.addEventListener("htmx:configRequest", (event) => {
        if (event.detail.verb !== "get") return;
        const sent = event.detail.parameters;
        for (const name of Object.keys(sent)) {
            if (typeof sent[name] === "string") sent[name] = withoutCard(sent[name]);
        }
    });
}
