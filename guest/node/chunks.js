'use strict';
// What a function yields: each chunk is sent at once, and the platform makes them one array.

const { described } = require('./failures');

const CHUNK_BYTES_MAX = 1 << 20;
const CHUNKS_MAX = 1 << 16;
const RESULT_BYTES_MAX = 6 << 20;

/** Whether a function's result is a generator, a stream or another iterator. */
function isStream(result) {
  if (result === null || typeof result !== 'object') return false;
  const isIterator = typeof result.next === 'function' && typeof result[Symbol.iterator] === 'function';
  return isIterator || typeof result[Symbol.asyncIterator] === 'function';
}

/** Sends what there is to come, as it comes, while `isWanted`. Of what is not kept there may be any number. */
async function drain(result, isWanted, send, isKept = true) {
  let chunks = 0;
  let bytes = 1; // of the array: its brackets, and commas but for the first
  for await (const chunk of result) {
    if (!isWanted()) return;
    const encoded = encode(chunk);
    chunks += 1;
    bytes += encoded.length + 1;
    if (encoded.length > CHUNK_BYTES_MAX) {
      throw new Error(`a chunk has ${encoded.length} bytes, more than ${CHUNK_BYTES_MAX}`);
    }
    if (isKept && chunks > CHUNKS_MAX) throw new Error(`yielded more than ${CHUNKS_MAX} chunks`);
    if (isKept && bytes > RESULT_BYTES_MAX) throw new Error(`yielded more than ${RESULT_BYTES_MAX} bytes in all`);
    send(encoded);
  }
}

function encode(chunk) {
  let text;
  try {
    text = chunk === undefined ? 'null' : JSON.stringify(chunk);
  } catch (problem) {
    throw new Error('yielded no JSON: ' + described(problem));
  }
  if (text === undefined) throw new Error('yielded no JSON: a ' + typeof chunk);
  return Buffer.from(text);
}

module.exports = { isStream, drain };
