"use strict";
// Choosing a role ticks its boxes at once; changing a box makes the role whichever the boxes now are.
{
    const role = document.getElementById("id_role");
    const boxes = Array.from(document.querySelectorAll("input[data-roles]"));
    const names = Array.from(role.options, (option) => option.value).filter((name) => name !== "custom");
    const ticks = (box, name) => box.dataset.roles.split(" ").includes(name);

    role.addEventListener("change", () => {
        if (role.value === "custom") return;
        for (const box of boxes) box.checked = ticks(box, role.value);
    });
    for (const box of boxes) {
        box.addEventListener("change", () => {
            role.value = names.find((name) => boxes.every((each) => each.checked === ticks(each, name))) ?? "custom";
        });
    }
}
