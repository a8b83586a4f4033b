"use strict";
// A button beside a field that is there to be copied; where scripts are off the field can be copied by hand.
for (const field of document.querySelectorAll("input[data-copy]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
        field.select();
        try {
            await navigator.clipboard.writeText(field.value);
            button.textContent = "Copied";
        } catch {
            button.textContent = "Press Ctrl+C";
        }
    });
    field.after(button);
}
