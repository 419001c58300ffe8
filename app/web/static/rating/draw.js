// Elements without markup in texts: nothing a server or a person wrote is ever read as HTML.

export function make(name, attributes, ...children) {
  const element = document.createElement(name);
  return furnish(element, attributes, children);
}

const SVG = "http://www.w3.org/2000/svg";

export function draw(name, attributes, ...children) {
  return furnish(document.createElementNS(SVG, name), attributes, children);
}

function furnish(element, attributes, children) {
  Object.entries(attributes || {}).forEach(([name, value]) => {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  });
  children.filter((child) => child !== null && child !== undefined && child !== false).forEach((child) => element.append(child));
  return element;
}

export function replace(parent, ...children) {
  parent.textContent = "";
  children.filter(Boolean).forEach((child) => parent.append(child));
}
