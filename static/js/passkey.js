// Passkeys: the browser's own dialog between a button and its form. Where the browser has none the buttons stay hidden.
// It takes the place of allauth's three scripts and reads the same descriptions of buttons and fields.
(() => {
  "use strict";
  const PublicKey = window.PublicKeyCredential;
  if (!PublicKey?.parseRequestOptionsFromJSON) return;
  const at = (id) => document.getElementById(id);
  const get = ({ publicKey }) => navigator.credentials.get({ publicKey: PublicKey.parseRequestOptionsFromJSON(publicKey) });
  const asks = {
    loginForm: ({ login }) => async () => {
      const answer = await fetch(at(login).form.action, { headers: { Accept: "application/json" } });
      return get((await answer.json()).request_options);
    },
    authenticateForm: ({ data }) => () => get(JSON.parse(at(data).textContent).request_options),
    addForm: ({ data, passwordless }) => () => {
      const { publicKey } = JSON.parse(at(data).textContent).creation_options;
      const alone = at(passwordless).checked;
      const chosen = { residentKey: alone ? "required" : "discouraged", requireResidentKey: alone };
      if (alone) chosen.userVerification = "required";
      publicKey.authenticatorSelection = { ...publicKey.authenticatorSelection, ...chosen };
      return navigator.credentials.create({ publicKey: PublicKey.parseCreationOptionsFromJSON(publicKey) });
    },
  };
  for (const described of document.querySelectorAll("script[data-allauth-onload]")) {
    const { ids } = JSON.parse(described.textContent);
    const ask = asks[described.dataset.allauthOnload.split(".").pop()](ids);
    const button = at(ids.login ?? ids.authenticate ?? ids.add);
    const field = at(ids.credential);
    button.hidden = false;
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      try {
        field.value = JSON.stringify(await ask());
        field.form.submit();
      } catch (refused) {
        // Closing the dialog is a choice, and needs no words.
        if (refused.name !== "NotAllowedError" && refused.name !== "AbortError") document.dispatchEvent(new Event("failed"));
      }
    });
  }
})();
