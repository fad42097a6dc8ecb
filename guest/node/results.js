'use strict';
// What a function's result is in the words of the protocol.

const { KIND } = require('./codec');
const { failure, described } = require('./failures');

const RESULT_BYTES_MAX = 6 << 20;

/** Kind and value of the frame that ends the run; `advice` is for one that is too large. */
function ofResult(result, advice = '') {
  let text;
  try {
    text = result === undefined ? 'null' : JSON.stringify(result);
    if (text === undefined) throw new Error('a ' + typeof result);
  } catch (problem) {
    return failed('returned no JSON: ' + described(problem));
  }
  const encoded = Buffer.from(text);
  return encoded.length <= RESULT_BYTES_MAX
    ? { kind: KIND.RESULT, value: encoded }
    : failed(`the result has ${encoded.length} bytes, more than ${RESULT_BYTES_MAX}${advice}`);
}

function failed(reason) {
  return { kind: KIND.ERROR, value: failure('FunctionError', reason) };
}

module.exports = { ofResult, failed };
