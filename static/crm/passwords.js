"use strict";
// How strong a new password is, while it is typed, and a button that shows it. Nothing is sent: only the server knows the list
// of common passwords, and says so when the form is sent.
{
    const SHORTEST = 12;
    const WORDS = ["", "Weak", "Fair", "Good", "Strong"];

    const isOneRun = (text) => {
        const steps = Array.from(text.slice(1), (character, at) => character.charCodeAt(0) - text.charCodeAt(at));
        return steps.every((step) => step === steps[0] && Math.abs(step) <= 1);
    };
    const isRepeated = (text) => /^(.{1,6}?)\1+$/u.test(text);
    const score = (text, name) => {
        const kinds = new Set(text.toLowerCase()).size;
        const hasName = name.length > 3 && text.toLowerCase().includes(name.toLowerCase());
        if (text.length < SHORTEST || kinds < 5 || isOneRun(text) || isRepeated(text) || /^\d+$/.test(text) || hasName) return 1;
        return kinds >= 10 && text.length >= 20 ? 4 : kinds >= 8 && text.length >= 16 ? 3 : 2;
    };
    const sentence = (text, points) =>
        text.length < SHORTEST ? `Weak: ${SHORTEST} characters or more, ${text.length} so far.` : `${WORDS[points]}.`;

    for (const field of document.querySelectorAll("input[type=password][autocomplete=new-password]")) {
        const show = document.createElement("button");
        Object.assign(show, { type: "button", className: "button small", textContent: "Show" });
        show.setAttribute("aria-pressed", "false");
        show.addEventListener("click", () => {
            const isShown = field.type === "text";
            field.type = isShown ? "password" : "text";
            show.textContent = isShown ? "Show" : "Hide";
            show.setAttribute("aria-pressed", String(!isShown));
        });
        field.after(show);
        field.form.addEventListener("submit", () => { field.type = "password"; });
        if (/2$/.test(field.name)) continue;  // repeats the first

        const strength = document.createElement("p");
        strength.className = "strength help";
        strength.hidden = true;
        const bar = document.createElement("progress");
        bar.max = WORDS.length - 1;
        bar.setAttribute("aria-hidden", "true");
        const words = document.createElement("span");
        words.setAttribute("role", "status");
        strength.append(bar, words);
        show.after(strength);
        const name = field.form.querySelector("[autocomplete=username], [name=username]")?.value ?? "";
        field.addEventListener("input", () => {
            const points = score(field.value, name);
            strength.hidden = !field.value;
            bar.value = points;
            bar.className = `points-${points}`;
            words.textContent = sentence(field.value, points);
        });
    }
}
