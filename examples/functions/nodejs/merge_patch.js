'use strict';
// JSON Merge Patch (RFC 7396).

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

function patched(target, patch) {
  if (!isObject(patch)) return patch;
  const result = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = patched(result[name], value);
  }
  return result;
}

module.exports = (context, { target, patch }) => patched(target, patch);
