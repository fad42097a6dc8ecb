'use strict';
// Several runs of one function at a time, in one event loop.
//
// None of them makes a call or yields. What a run prints, goes out with its number, and so does what nobody caught; what
// is printed outside of any run (by the loading of the module, a child) goes to the descriptor.

const net = require('net');
const { AsyncLocalStorage } = require('async_hooks');
const codec = require('./codec');
const { ofFunction } = require('./failures');
const { isStream } = require('./chunks');
const { ofResult, failed } = require('./results');

const { KIND, Violation } = codec;
const HEAD_BYTES = 4;
const PIECE_BYTES_MAX = 1 << 20;

/** All runs of this process. */
class Crew {
  #storage = new AsyncLocalStorage();
  #runs = new Set();
  #socket;
  #start;
  #leave;

  /** `leave` ends the process; with a Violation, if it was one. */
  constructor(fd, start, leave) {
    this.#start = start;
    this.#leave = leave;
    this.#socket = new net.Socket({ fd, readable: true, writable: true });
    this.#socket.on('error', () => leave());
    this.#socket.on('close', () => leave());
    this.#socket.on('end', () => leave());
    this.#socket.on('data', frames((kind, id, value) => this.#hear(kind, id, value), leave));
  }

  #hear(kind, id, value) {
    if (kind !== KIND.RUN) throw new Violation('a frame that was not expected');
    const run = { id, isOver: false };
    this.#runs.add(run);
    this.#storage.run(run, () => this.#begin(run, value[0], value[1]));
  }

  #begin(run, payload, context) {
    let result;
    try {
      result = this.#start(run, payload, context);
    } catch (problem) {
      this.#fail(run, problem);
      return;
    }
    Promise.resolve(result).then(
      (value) => this.#end(run, this.#answer(value)),
      (problem) => this.#fail(run, problem),
    );
  }

  #answer(value) {
    if (this.#start.isServed) return { kind: KIND.RESULT, value: { status: value.status, body: value.body } };
    return isStream(value)
      ? failed('runs that share an instance yield nothing: return an array, or leave concurrency out')
      : ofResult(value);
  }

  #fail(run, problem) {
    this.#end(run, { kind: KIND.ERROR, value: ofFunction(problem) });
  }

  #end(run, { kind, value }) {
    if (run.isOver) return;
    run.isOver = true;
    this.#runs.delete(run);
    this.#socket.write(codec.frame(kind, run.id, value));
  }

  /** Whether what is printed now can be said of a run. */
  prints(stream, chunk) {
    const run = this.#storage.getStore();
    if (run === undefined || run.isOver) return false;
    for (let start = 0; start < chunk.length; start += PIECE_BYTES_MAX) {
      this.#socket.write(codec.frame(KIND.LOG, run.id, [stream, chunk.subarray(start, start + PIECE_BYTES_MAX)]));
    }
    return true;
  }

  /** Something that nobody caught: its run's, or if that is not known, everybody's. */
  stray(problem) {
    const run = this.#storage.getStore();
    for (const one of run === undefined ? [...this.#runs] : [run]) this.#fail(one, problem);
  }
}

/** Takes bytes as they come, and gives each frame on. */
function frames(hear, leave) {
  let pending = [];
  let bytes = 0;
  let wanted = HEAD_BYTES;
  return (chunk) => {
    pending.push(chunk);
    bytes += chunk.length;
    if (bytes < wanted) return;
    let rest = pending.length === 1 ? chunk : Buffer.concat(pending);
    try {
      for (wanted = needed(rest); rest.length >= wanted; wanted = needed(rest)) {
        const { kind, id, value } = codec.body(rest.subarray(HEAD_BYTES, wanted));
        rest = rest.subarray(wanted);
        hear(kind, id, value);
      }
    } catch (problem) {
      leave(problem);
    }
    pending = [rest];
    bytes = rest.length;
  };
}

/** How many bytes the next frame has, as far as that is known. */
function needed(rest) {
  return rest.length < HEAD_BYTES ? HEAD_BYTES : HEAD_BYTES + codec.bodyLength(rest, 0);
}

module.exports = { Crew };
