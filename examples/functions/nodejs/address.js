'use strict';
// The parts of a web address.

module.exports = (context, payload) => {
  const { protocol, host, pathname, searchParams, hash } = new URL(payload.url);
  return { protocol, host, path: pathname, query: Object.fromEntries(searchParams), hash };
};
