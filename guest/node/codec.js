'use strict';
// The guest protocol's frames and values, as guest/vectors/frames.tsv shows them.
//
// null, booleans, Buffers and strings are what they are; int64 is a number, or a BigInt beyond what a number holds;
// lists are arrays; maps are objects without a prototype.

const FRAME_BYTES_MAX = 8 << 20;
const DEPTH_MAX = 32;
const ITEMS_MAX = 1 << 16;
const KEY_BYTES_MAX = 256;

const KIND = {
  HELLO: 0x01, LOADED: 0x02, LOAD_FAILED: 0x03, CALL: 0x04, RESULT: 0x05, ERROR: 0x06, CHUNK: 0x07, LOG: 0x08,
  FILE: 0x41, LOAD: 0x42, RUN: 0x43, REPLY: 0x44, INBOUND: 0x45,
};
const KINDS = new Set(Object.values(KIND));

/** Bytes that are no frame, or a value that no frame can carry. */
class Violation extends Error {}

/** A value for which one frame is not enough. */
class TooLarge extends Violation {}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes of one frame. */
function frame(kind, id, value) {
  const length = 5 + sizeOf(value, DEPTH_MAX);
  if (length > FRAME_BYTES_MAX) throw new TooLarge('a frame of more than ' + FRAME_BYTES_MAX + ' bytes');
  const out = Buffer.allocUnsafe(4 + length);
  out.writeUInt32BE(length, 0);
  out[4] = kind;
  out.writeUInt32BE(id, 5);
  write(value, out, 9);
  return out;
}

function isInt64(value) {
  if (typeof value === 'bigint') return value === BigInt.asIntN(64, value);
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

function sizeOf(value, depth) {
  if (value === null || value === undefined || typeof value === 'boolean') return 1;
  if (typeof value === 'number' || (typeof value === 'bigint' && isInt64(value))) return 9;
  if (typeof value === 'string') return 5 + Buffer.byteLength(value);
  if (value instanceof Uint8Array) return 5 + value.byteLength;
  if (typeof value !== 'object') throw new Violation('a value of type ' + typeof value);
  const items = Array.isArray(value) ? value : Object.values(value);
  if (depth === 0 || items.length > ITEMS_MAX) throw new Violation('values nested too deeply, or too many of them');
  let size = 5;
  for (const item of items) size += sizeOf(item, depth - 1);
  if (items !== value) for (const key of Object.keys(value)) size += 4 + Buffer.byteLength(key);
  return size;
}

function write(value, out, at) {
  if (value === null || value === undefined) return out.writeUInt8(0, at);
  if (typeof value === 'boolean') return out.writeUInt8(value ? 2 : 1, at);
  if (isInt64(value)) return out.writeBigInt64BE(BigInt(value), out.writeUInt8(3, at));
  if (typeof value === 'number') return out.writeDoubleBE(value, out.writeUInt8(4, at));
  if (typeof value === 'string') return writeText(value, out, out.writeUInt8(6, at));
  if (value instanceof Uint8Array) {
    at = out.writeUInt32BE(value.byteLength, out.writeUInt8(5, at));
    out.set(value, at);
    return at + value.byteLength;
  }
  if (Array.isArray(value)) {
    at = out.writeUInt32BE(value.length, out.writeUInt8(7, at));
    for (const item of value) at = write(item, out, at);
    return at;
  }
  const keys = Object.keys(value);
  at = out.writeUInt32BE(keys.length, out.writeUInt8(8, at));
  for (const key of keys) at = write(value[key], out, writeText(key, out, at));
  return at;
}

function writeText(text, out, at) {
  const length = out.write(text, at + 4);
  out.writeUInt32BE(length, at);
  return at + 4 + length;
}

/** What the first four bytes of a frame say. */
function bodyLength(content, at) {
  const length = content.readUInt32BE(at);
  if (length <= 5 || length > FRAME_BYTES_MAX) throw new Violation('a frame of a forbidden length');
  return length;
}

/** Kind, id and value of one frame's body; whatever the bytes are, this or a Violation. */
function body(content) {
  if (content.length < 6 || !KINDS.has(content[0])) throw new Violation('unknown kind of frame');
  const from = { content, at: 5 };
  const value = read(from, DEPTH_MAX);
  if (from.at !== content.length) throw new Violation('bytes after the value');
  return { kind: content[0], id: content.readUInt32BE(1), value };
}

function read(from, depth) {
  const tag = from.content[take(from, 1)];
  switch (tag) {
    case 0: return null;
    case 1: return false;
    case 2: return true;
    case 3: {
      const number = from.content.readBigInt64BE(take(from, 8));
      return Number.isSafeInteger(Number(number)) ? Number(number) : number;
    }
    case 4: return from.content.readDoubleBE(take(from, 8));
    case 5: return Buffer.from(octets(from, FRAME_BYTES_MAX));
    case 6: return text(from, FRAME_BYTES_MAX);
    case 7: case 8: break;
    default: throw new Violation('unknown kind of value');
  }
  if (depth === 0) throw new Violation('values nested too deeply');
  const count = from.content.readUInt32BE(take(from, 4));
  if (count > ITEMS_MAX || count * (tag === 7 ? 1 : 5) > from.content.length - from.at) {
    throw new Violation('a count beyond the frame');
  }
  if (tag === 7) {
    const items = [];
    for (let n = 0; n < count; n++) items.push(read(from, depth - 1));
    return items;
  }
  const fields = Object.create(null);
  for (let n = 0; n < count; n++) {
    const key = text(from, KEY_BYTES_MAX);
    if (key in fields) throw new Violation('the same key twice');
    fields[key] = read(from, depth - 1);
  }
  return fields;
}

function take(from, bytes) {
  const at = from.at;
  if (from.content.length - at < bytes) throw new Violation('the frame ends inside a value');
  from.at = at + bytes;
  return at;
}

function octets(from, most) {
  const length = from.content.readUInt32BE(take(from, 4));
  if (length > most || length > from.content.length - from.at) throw new Violation('a length beyond the frame');
  return from.content.subarray(take(from, length), from.at);
}

function text(from, most) {
  try {
    return utf8.decode(octets(from, most));
  } catch (problem) {
    throw problem instanceof Violation ? problem : new Violation('text that is not UTF-8');
  }
}

module.exports = { KIND, Violation, TooLarge, frame, bodyLength, body };
