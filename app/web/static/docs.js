// Draws the OpenAPI document, and mends what Swagger UI leaves unsaid to those who cannot see the page.
const place = document.getElementById("swagger-ui");

function mend() {
  for (const select of place.querySelectorAll("select:not([aria-label])")) {
    select.setAttribute("aria-label", select.id === "servers" ? "Server" : "Choice");
  }
  for (const field of place.querySelectorAll("textarea:not([aria-label]), input:not([aria-label])")) {
    field.setAttribute("aria-label", field.placeholder || "Value");
  }
  for (const region of place.querySelectorAll("[role=region]:not([aria-label])")) {
    region.setAttribute("aria-label", region.id);
  }
  for (const button of place.querySelectorAll("button:not([aria-label])")) {
    if (button.textContent === "") button.setAttribute("aria-label", button.className ? "Close" : "Copy");
  }
  // Below the title no level is left out.
  for (const heading of place.querySelectorAll("h3:not([aria-level])")) heading.setAttribute("aria-level", "2");
  for (const heading of place.querySelectorAll("h4:not([aria-level]), h5:not([aria-level])")) {
    heading.setAttribute("aria-level", "3");
  }
  // What scrolls is reached by the keyboard, too.
  for (const block of place.querySelectorAll("pre:not([tabindex])")) block.tabIndex = 0;
}

new MutationObserver(mend).observe(place, { childList: true, subtree: true });
SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  // A link inside of a button is neither.
  deepLinking: false,
  // Nobody's key is kept by the browser.
  persistAuthorization: false,
  validatorUrl: null,
});
