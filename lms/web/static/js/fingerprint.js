// The fingerprint of a PDF is worked out here, so that the file need not leave the machine. Without it the file is sent.
"use strict";

const field = (form) => form.querySelector("input[type=file]");

document.querySelectorAll("form[data-fingerprint]").forEach((form) => {
  form.addEventListener("submit", async (event) => {
    const file = field(form).files[0];
    if (!crypto.subtle || !file || !file.name.toLowerCase().endsWith(".pdf") || form.elements.pruefsumme) return;
    event.preventDefault();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const sum = document.createElement("input");
    sum.type = "hidden";
    sum.name = "pruefsumme";
    sum.value = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    form.append(sum);
    field(form).disabled = true;
    form.submit();
  });
});

// A page restored by the back button can be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-fingerprint]").forEach((form) => {
    form.elements.pruefsumme?.remove();
    field(form).disabled = false;
  });
});
