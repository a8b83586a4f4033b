"use strict";
// What the buttons of the steps of a merge ask the server to do is done at once; without this file the server does it.

// “Select all” and “None” tick the boxes of a list, also of one that a search has brought.
document.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=select], button[name=unselect]");
    if (!button) return;
    event.preventDefault();
    for (const number of button.value.split(" ")) document.getElementById(`c${number}`).checked = button.name === "select";
});

// A value that is picked fills its field, and a field that is edited keeps the pick only while it holds that value. The
// attribute `checked` goes along, by which the style sheet knows that the field is filled already.
const fields = Array.from(document.querySelectorAll(".value:has(.choice)"), (row) => {
    const picks = Array.from(row.querySelectorAll(".choice input"));
    const inputs = Array.from(row.querySelectorAll(".final :is(input:not([type=hidden], [type=checkbox], [type=password]), select, textarea)"));
    const fillsOf = (pick) => JSON.parse(pick.dataset.fills);
    const mark = () => {
        for (const pick of picks) pick.toggleAttribute("checked", pick.checked);
    };
    const fill = (pick) => {
        pick.checked = true;
        for (const [id, text] of Object.entries(fillsOf(pick))) {
            const input = document.getElementById(id);
            if (input) input.value = input.readOnly ? pick.closest(".choice").querySelector("bdi").textContent : text;
        }
        mark();
    };
    const match = () => {
        const holds = (pick) => Object.entries(fillsOf(pick)).every(([id, text]) => document.getElementById(id).value.trim() === text);
        for (const pick of picks) pick.checked = holds(pick);
        mark();
    };

    for (const pick of picks) pick.addEventListener("change", () => fill(pick));
    for (const input of inputs) input.addEventListener("input", match);
    return { picks, fill };
});

// “Use all” picks every value of a customer, except what was edited and what is decided one by one.
{
    const taken = document.getElementById("taken");

    for (const button of document.querySelectorAll("button[name=all]")) {
        button.addEventListener("click", (event) => {
            event.preventDefault();
            for (const { picks, fill } of fields) {
                const pick = picks.find((each) => each.dataset.holders.split(", ").includes(button.value));
                if (!pick || pick.checked || "onPurpose" in pick.dataset || !picks.some((each) => each.checked)) continue;
                fill(pick);
                pick.closest("details")?.setAttribute("open", ""); // what its summary says is no longer so
            }
            taken.textContent = button.dataset.message;
            taken.dispatchEvent(new Event("input", { bubbles: true }));
        });
    }
}

// What is entered is kept on the server after a moment, so that the back button and a new sign-in find it again. A new
// password is kept only when a button is pressed.
const form = document.getElementById("values");
if (form) {
    const PAUSE = 1000; // milliseconds
    let timer;
    let isUnsaved = false;

    const save = () => {
        if (!isUnsaved) return;
        isUnsaved = false;
        const entered = new FormData(form);
        entered.delete("value-cart_password");
        entered.set("keep", "1");
        // With keepalive it arrives even when the page is left. When it fails, the buttons still send everything.
        fetch(form.action, { method: "POST", body: entered, keepalive: true }).catch(() => {});
    };

    form.addEventListener("input", () => {
        isUnsaved = true;
        clearTimeout(timer);
        timer = setTimeout(save, PAUSE);
    });
    form.addEventListener("submit", () => {
        isUnsaved = false; // the button sends it
    });
    window.addEventListener("pagehide", save);
}
