'use strict';
// Groups a list of objects by one of their fields.

module.exports = (context, { by, rows }) => {
  const groups = {};
  for (const row of rows) (groups[row[by]] ??= []).push(row);
  return groups;
};
