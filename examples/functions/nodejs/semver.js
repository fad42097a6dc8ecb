'use strict';
// The newest of several versions (Semantic Versioning), without those that are not released if so wished.

const parse = (text) => {
  const [, major, minor, patch, stage] = /^v?(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?$/.exec(text) ?? [];
  if (major === undefined) throw new TypeError('no version: ' + text);
  return { text, stage, order: [major, minor, patch].map(Number) };
};

const compare = (a, b) => {
  const n = [0, 1, 2].find((at) => a.order[at] !== b.order[at]);
  if (n !== undefined) return a.order[n] - b.order[n];
  return (a.stage === undefined) - (b.stage === undefined) || (a.stage ?? '').localeCompare(b.stage ?? '');
};

module.exports = (context, { versions, released = true }) =>
  versions.map(parse).filter(({ stage }) => !released || stage === undefined).sort(compare).at(-1)?.text ?? null;
