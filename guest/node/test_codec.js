'use strict';
// Checks the codec against guest/vectors and against garbage. Usage: node test_codec.js frames.tsv

const assert = require('assert');
const fs = require('fs');
const codec = require('./codec');

const GARBAGE_FRAMES = 20_000;

function plain(meaning) {
  if (Array.isArray(meaning)) return meaning.map(plain);
  if (meaning === null || typeof meaning !== 'object') return meaning;
  const [[kind, content]] = Object.entries(meaning);
  if (kind === 'int64') return Number.isSafeInteger(Number(content)) ? Number(content) : BigInt(content);
  if (kind === 'float64') return Buffer.from(content, 'hex').readDoubleBE();
  if (kind === 'octets') return Buffer.from(content, 'hex');
  const fields = Object.create(null);
  for (const [key, item] of content) fields[key] = plain(item);
  return fields;
}

function decoded(content) {
  const length = codec.bodyLength(content, 0);
  assert.strictEqual(length, content.length - 4, "a vector's length");
  return codec.body(content.subarray(4));
}

const vectors = fs.readFileSync(process.argv[2], 'utf8').split('\n')
  .filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split('\t'));
assert(vectors.length > 50, 'vectors are missing');

for (const [name, hex, text] of vectors) {
  const content = Buffer.from(hex, 'hex');
  if (text === 'VIOLATION') {
    assert.throws(() => decoded(content), codec.Violation, name);
    continue;
  }
  const meaning = JSON.parse(text);
  const frame = decoded(content);
  assert.deepStrictEqual(frame, { kind: codec.KIND[meaning.kind], id: meaning.id, value: plain(meaning.value) }, name);
  assert(codec.frame(frame.kind, frame.id, frame.value).equals(content), name);
}

let state = 1;
function random(below) {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return (state >>> 8) % below;
}

for (let n = 0; n < GARBAGE_FRAMES; n++) {
  const content = Buffer.from(vectors[random(vectors.length)][1], 'hex').subarray(4, 2000);
  for (let k = random(3); k >= 0 && content.length > 0; k--) content[random(content.length)] = random(256);
  try {
    codec.body(content);
  } catch (problem) {
    assert(problem instanceof codec.Violation, problem);
  }
}
