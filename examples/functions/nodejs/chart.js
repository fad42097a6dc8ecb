'use strict';
// Numbers as a small bar chart in SVG.

const WIDTH = 10;

module.exports = (context, { values, height = 20 }) => {
  const most = Math.max(...values, 1);
  const bars = values.map((value, n) => {
    const bar = Math.round((value / most) * height);
    return `<rect x="${n * WIDTH}" y="${height - bar}" width="${WIDTH - 1}" height="${bar}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${values.length * WIDTH}" height="${height}">${bars.join('')}</svg>`;
};
