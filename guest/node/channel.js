'use strict';
// The guest's end of its one connection to the platform: blocking, one frame at a time.

const fs = require('fs');
const codec = require('./codec');

const BUFFER_BYTES = 64 << 10;
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

/**
 * An exception that comes from elsewhere (a recursion's end) loses nothing: what was not sent is not on its way, what was
 * not received comes with the next `receive`.
 */
class Channel {
  #fd;
  #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
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
    } catch (problem) {
      throw closed(problem);
    }
  }

  /** Waits for one frame: kind, id, value. */
  receive() {
    this.#require(4);
    const length = codec.bodyLength(this.#buffer, this.#start);
    this.#require(4 + length);
    const end = this.#start + 4 + length;
    const message = codec.body(this.#buffer.subarray(this.#start + 4, end));
    this.#start = end;
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
      if (this.#buffer.length > BUFFER_BYTES) this.#buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    }
    return message;
  }

  /** As `receive`, and the event loop goes on meanwhile. Nothing else is received until it has come. */
  async receiveLater() {
    await this.#requireLater(4);
    await this.#requireLater(4 + codec.bodyLength(this.#buffer, this.#start));
    return this.receive();
  }

  async #requireLater(bytes) {
    this.#makeRoom(bytes);
    while (this.#end - this.#start < bytes) {
      const count = await new Promise((resolve, reject) => {
        fs.read(this.#fd, this.#buffer, this.#end, this.#buffer.length - this.#end, null, (problem, read) => {
          if (problem) reject(closed(problem));
          else resolve(read);
        });
      });
      if (count === 0) throw new Closed();
      this.#end += count;
    }
  }

  /** Makes at least `bytes` available in the buffer. */
  #require(bytes) {
    this.#makeRoom(bytes);
    while (this.#end - this.#start < bytes) this.#end += this.#read();
  }

  #makeRoom(bytes) {
    if (this.#buffer.length - this.#start < bytes) {
      const roomy = bytes > this.#buffer.length ? Buffer.allocUnsafeSlow(bytes) : this.#buffer;
      this.#end = this.#buffer.copy(roomy, 0, this.#start, this.#end);
      this.#start = 0;
      this.#buffer = roomy;
    }
  }

  #read() {
    let count;
    try {
      count = blocking(() => fs.readSync(this.#fd, this.#buffer, this.#end, this.#buffer.length - this.#end, null));
    } catch (problem) {
      throw closed(problem);
    }
    if (count === 0) throw new Closed();
    return count;
  }
}

/** A failed system call means that the channel is gone; anything else is not the channel's. */
function closed(problem) {
  return problem.syscall === undefined ? problem : new Closed();
}

module.exports = { Channel, Closed, writeAll };
