// Offers to work out the SHA-256 of a file beside the field that asks for it. The file is read in the browser and sent
// nowhere. Without this, or where the connection is not secure, the digest is pasted by hand.
const hexadecimal = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

if (globalThis.crypto?.subtle) {
  for (const field of document.querySelectorAll("[data-choose]")) {
    const label = document.createElement("label");
    const file = document.createElement("input");
    file.type = "file";
    // It has no name, so no form sends it.
    file.addEventListener("change", async () => {
      const [chosen] = file.files;
      if (chosen) field.value = hexadecimal(await crypto.subtle.digest("SHA-256", await chosen.arrayBuffer()));
    });
    label.className = "hint";
    label.append(field.dataset.choose, document.createElement("br"), file);
    field.after(label);
  }
}
