'use strict';
// Whether an Authorization header has the name and the password that the function was given as secrets.

const { timingSafeEqual, createHash } = require('crypto');

const digest = (text) => createHash('sha256').update(text).digest();

module.exports = ({ secrets }, { authorization }) => {
  const [scheme, credentials = ''] = authorization.split(' ');
  const expected = `${secrets.user}:${secrets.password}`;
  const said = Buffer.from(credentials, 'base64').toString();
  return { allowed: scheme === 'Basic' && timingSafeEqual(digest(said), digest(expected)) };
};
