'use strict';
// A color in other notations, and whether black or white text is easier to read on it.

module.exports = (context, { hex }) => {
  const parts = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  if (parts === null) throw new TypeError('a color is #rrggbb');
  const [red, green, blue] = parts.slice(1).map((part) => parseInt(part, 16));
  const luminance = 0.299 * red + 0.587 * green + 0.114 * blue;
  return { rgb: `rgb(${red}, ${green}, ${blue})`, text: luminance > 140 ? 'black' : 'white' };
};
