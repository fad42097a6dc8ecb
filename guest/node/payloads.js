'use strict';
// Payloads that are too large for memory: `context.input`, to read, and `context.output`, to write.

const { Writable } = require('stream');

const PIECE_BYTES = 1 << 20;

/** The bytes that the run was given by reference. */
class Input {
  #ask;
  #handle;
  #at = 0;

  constructor(ask, given) {
    this.#ask = ask;
    const opened = ask('open_blob_handle', { handle: given.handle });
    this.#handle = opened.handle;
    this.size = opened.length;
  }

  /** At least one byte and at most `size`, or null at the end; without `size` as much as is good at once. */
  async read(size = PIECE_BYTES) {
    const length = Math.min(size, PIECE_BYTES, this.size - this.#at);
    if (length <= 0) return null;
    const piece = this.#ask('read_blob', { handle: this.#handle, offset: this.#at, length });
    this.#at += piece.length;
    return piece;
  }

  async *[Symbol.asyncIterator]() {
    for (let piece = await this.read(); piece !== null; piece = await this.read()) yield piece;
  }
}

/** What is written is the run's output beside what the function returns. After a write that failed there is none. */
class Output extends Writable {
  #ask;
  #handle;
  #isWhole = true;

  constructor(ask) {
    super({ decodeStrings: true, highWaterMark: PIECE_BYTES });
    this.#ask = ask;
    this.#handle = ask('create_output', {});
  }

  _write(chunk, encoding, done) {
    try {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        this.#ask('write_blob', { handle: this.#handle, content: chunk.subarray(at, at + PIECE_BYTES) });
      }
      done();
    } catch (problem) {
      this.#isWhole = false;
      done(problem);
    }
  }

  _destroy(problem, done) {
    if (problem) this.#isWhole = false;
    done(problem);
  }

  /** When the run ends. */
  finish() {
    if (this.#isWhole && this.writableLength === 0) this.#ask('finalize_blob', { handle: this.#handle });
    else throw new Error('context.output was not written to its end: await what writes to it');
  }
}

/** Gives a function of Dispatch's form both, in a way that JSON does not show. Answers what ends the output. */
function give(context, ask, given) {
  let input = null;
  let output = null;
  Object.defineProperty(context, 'input', {
    get() {
      if (input === null && given !== undefined) input = new Input(ask, given);
      return input;
    },
  });
  Object.defineProperty(context, 'output', {
    get() {
      if (output === null) output = new Output(ask);
      return output;
    },
  });
  return () => {
    if (output !== null) output.finish();
  };
}

module.exports = { give };
