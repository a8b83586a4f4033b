"use strict";
// A form whose answer a device gives. The button of its passkey is hidden where the browser has none, and without scripts.
const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), letter => letter.charCodeAt(0));
const text = buffer =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const known = (list = []) => list.map(one => ({...one, id: bytes(one.id)}));

const ask = {
    async create(options) {
        const {response, ...credential} = await navigator.credentials.create({publicKey: {
            ...options,
            challenge: bytes(options.challenge),
            user: {...options.user, id: bytes(options.user.id)},
            excludeCredentials: known(options.excludeCredentials),
        }}).then(read);
        return {...credential, response: {
            clientDataJSON: text(response.clientDataJSON),
            attestationObject: text(response.attestationObject),
            transports: response.getTransports?.() ?? [],
        }};
    },
    async get(options) {
        const {response, ...credential} = await navigator.credentials.get({publicKey: {
            ...options,
            challenge: bytes(options.challenge),
            allowCredentials: known(options.allowCredentials),
        }}).then(read);
        return {...credential, response: {
            clientDataJSON: text(response.clientDataJSON),
            authenticatorData: text(response.authenticatorData),
            signature: text(response.signature),
            userHandle: response.userHandle ? text(response.userHandle) : null,
        }};
    },
};

function read({id, rawId, type, response}) {
    return {id, rawId: text(rawId), type, response};
}

async function answer(button) {
    const form = button.form;
    const token = form.elements.csrfmiddlewaretoken.value;
    const asked = await fetch(button.dataset.askAt, {method: "POST", headers: {"X-CSRFToken": token}});
    if (!asked.ok) {
        throw new Error("The server did not answer. Reload the page, then try again.");
    }
    form.elements.credential.value = JSON.stringify(await ask[button.dataset.passkey](await asked.json()));
    form.submit();
}

for (const button of document.querySelectorAll("button[data-passkey]")) {
    button.hidden = !window.PublicKeyCredential;
    button.addEventListener("click", async event => {
        event.preventDefault();
        if (button.dataset.passkey === "create" && !button.form.reportValidity()) {
            return;
        }
        const complaint = button.form.querySelector("[data-passkey-complaint]");
        complaint.hidden = true;
        try {
            await answer(button);
        } catch (error) {
            const isCancelled = error.name === "NotAllowedError";
            complaint.textContent = isCancelled ? "No passkey was used. Try again, or use another way."
                : error.name === "InvalidStateError" ? "This device already has a passkey here."
                : error.message;
            complaint.hidden = false;
        }
    });
}
