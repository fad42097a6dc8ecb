'use strict';
// Fills {{names}} in a text; a name that is not there is the caller's fault.

module.exports = (context, { text, values }) =>
  text.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, path) => {
    const value = path.split('.').reduce((at, name) => at?.[name], values);
    if (value === undefined) throw new TypeError('there is no value for ' + path);
    return String(value);
  });
