'use strict';
// Gets a function from its package: files, module, export, convention.

const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');
const { pathToFileURL } = require('url');
const { Refused, described } = require('./failures');

const SOURCE = /\.[cm]?js$/;

class Package {
  #directory;
  #problem = null;
  #sources = new Set();

  constructor(directory) {
    this.#directory = path.resolve(directory);
  }

  /** Appends to one file. A problem is kept for `load`, which is where it can be told. */
  add(name, content) {
    if (this.#problem !== null) return;
    if (!isNormalized(name)) {
      this.#problem = 'the package has a file with a forbidden name';
      return;
    }
    try {
      const target = path.join(this.#directory, name);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.writeFileSync(target, content, { flag: 'a' });
    } catch (problem) {
      this.#problem = 'cannot write the package: ' + problem.code;
    }
    if (SOURCE.test(name) && !name.startsWith('node_modules/')) this.#sources.add(name);
  }

  /** The function and its convention, `dispatch` or `faasten`. Throws Refused. */
  async load(handler, convention) {
    if (this.#problem !== null) throw new Refused(this.#problem);
    fs.mkdirSync(this.#directory, { recursive: true });
    process.chdir(this.#directory);
    handler = handler || this.#byDefault(convention);
    const main = await this.#exported(handler);
    if (convention === 'auto') {
      const isFaasten = typeof main !== 'function' && typeof handleOf(main) === 'function';
      convention = isFaasten ? 'faasten' : 'dispatch';
    }
    return { fn: entry(main, handler, convention), convention };
  }

  #byDefault(convention) {
    if (convention === 'faasten' || (convention === 'auto' && this.#sources.has('workload.js'))) return './workload.js';
    if (this.#sources.size !== 1) {
      throw new Refused('no handler is given, and the package has not exactly one source file');
    }
    return './' + [...this.#sources][0];
  }

  async #exported(handler) {
    const requireHere = createRequire(this.#directory + '/');
    const wanted = path.resolve(this.#directory, handler);
    let file;
    try {
      file = requireHere.resolve(wanted);
    } catch {
      throw new Refused('there is no module ' + handler);
    }
    if (!file.startsWith(this.#directory + '/')) throw new Refused('the handler ' + handler + ' is outside the package');
    try {
      return await imported(requireHere, file);
    } catch (problem) {
      const name = problem instanceof Error ? problem.name : 'thrown';
      throw new Refused(`the module ${handler} does not import: ${name}: ${described(problem)}`, { cause: problem });
    }
  }
}

async function imported(requireHere, file) {
  try {
    return unwrapped(requireHere(file));
  } catch (problem) {
    const isModule = problem?.code === 'ERR_REQUIRE_ESM' || problem?.code === 'ERR_REQUIRE_ASYNC_MODULE';
    if (!isModule) throw problem;
    return unwrapped(await import(pathToFileURL(file)));
  }
}

/** An ES module's default export stands for `module.exports`, where there is one. */
function unwrapped(main) {
  const isModule = main !== null && typeof main === 'object' && (main[Symbol.toStringTag] === 'Module' || main.__esModule);
  return isModule && main.default !== undefined ? main.default : main;
}

function handleOf(main) {
  return main === null || main === undefined ? undefined : main.handle;
}

function entry(main, handler, convention) {
  if (convention === 'dispatch') {
    if (typeof main !== 'function') throw new Refused(`the module ${handler} does not export a function`);
    return main;
  }
  if (typeof handleOf(main) !== 'function') throw new Refused(`the module ${handler} does not export a function handle`);
  return (event, cloudcall) => main.handle(event, cloudcall);
}

function isNormalized(name) {
  if (/[\\\u0000-\u001f\u007f-\u009f]/.test(name)) return false;
  return name.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

module.exports = { Package };
