'use strict';
// The guest's end of its one connection to the platform: blocking, one frame at a time.

const fs = require('fs');
const codec = require('./codec');

const READ_BYTES = 64 << 10;
const RETRY_MILLISECONDS = 1;

/** The platform hung up, or this process gave its end away: there is nothing left to do. */
class Closed extends Error {}

const clock = new Int32Array(new SharedArrayBuffer(4));

/** Repeats what a descriptor, that somebody made non-blocking, is not ready for. */
function blocking(operation) {
  for (;;) {
    try {
      return operation();
    } catch (problem) {
      if (problem.code !== 'EAGAIN') throw problem;
      Atomics.wait(clock, 0, 0, RETRY_MILLISECONDS);
    }
  }
}

function writeAll(fd, content) {
  let done = 0;
  while (done < content.length) done += blocking(() => fs.writeSync(fd, content, done));
}

class Channel {
  #fd;
  #buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  #start = 0;
  #end = 0;

  constructor(fd) {
    this.#fd = fd;
  }

  /** Throws codec.Violation, with nothing sent, for a value that fits into no frame. */
  send(kind, id, value) {
    const content = codec.frame(kind, id, value);
    try {
      writeAll(this.#fd, content);
    } catch {
      throw new Closed();
    }
  }

  /** Waits for one frame: kind, id, value. */
  receive() {
    this.#require(4);
    const length = codec.bodyLength(this.#buffer, this.#start);
    this.#start += 4;
    if (length > READ_BYTES) return codec.body(this.#collect(length));
    this.#require(length);
    const content = this.#buffer.subarray(this.#start, this.#start + length);
    this.#start += length;
    return codec.body(content);
  }

  /** Makes at least `bytes` available in the buffer. */
  #require(bytes) {
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
    } else if (this.#buffer.length - this.#start < bytes) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    while (this.#end - this.#start < bytes) {
      this.#end += this.#read(this.#buffer, this.#end);
    }
  }

  #collect(length) {
    const content = Buffer.allocUnsafeSlow(length);
    let filled = this.#buffer.copy(content, 0, this.#start, Math.min(this.#end, this.#start + length));
    this.#start += filled;
    while (filled < length) filled += this.#read(content, filled);
    return content;
  }

  #read(into, at) {
    let count;
    try {
      count = blocking(() => fs.readSync(this.#fd, into, at, into.length - at, null));
    } catch {
      throw new Closed();
    }
    if (count === 0) throw new Closed();
    return count;
  }
}

module.exports = { Channel, Closed, writeAll };
