// A face for an answer: from unhappy (0) to happy (1). Told apart by the mouth, not by colour alone; the words stand beside it.
import { draw } from "./draw.js";

export function face(happiness) {
  const bend = Math.round((happiness - 0.5) * 34);
  const mouth = `M 27 ${68 - bend / 2} C 37 ${68 + bend} 63 ${68 + bend} 73 ${68 - bend / 2}`;
  const brow = Math.round((0.5 - happiness) * 10);
  return draw(
    "svg",
    { viewBox: "0 0 100 100", class: "face", "aria-hidden": "true", focusable: "false" },
    draw("circle", { cx: 50, cy: 50, r: 46, class: `skin mood-${moodOf(happiness)}` }),
    draw("circle", { cx: 34, cy: 42, r: 5.5, class: "ink" }),
    draw("circle", { cx: 66, cy: 42, r: 5.5, class: "ink" }),
    draw("path", { d: `M 25 ${29 - brow / 2} L 41 ${29 + brow / 2} M 75 ${29 - brow / 2} L 59 ${29 + brow / 2}`, class: "line thin" }),
    draw("path", { d: mouth, class: "line" }),
  );
}

// One of four shades; the middle of an odd number of answers is not among the happy ones.
export function moodOf(happiness) {
  return Math.min(3, Math.max(0, Math.ceil(happiness * 3 - 0.5)));
}

// Where a score lies between the lowest and the highest of its scale.
export function happinessOf(score, low, high) {
  return high > low ? (score - low) / (high - low) : 1;
}
