// Leaves something behind of every kind if told so; says what it finds of that.
const fs = require('fs')
const net = require('net')
const { spawn } = require('child_process')
const { Worker } = require('worker_threads')

const KINDS = ['memory', 'file', 'thread', 'timer', 'child', 'socket', 'environment']
const TICKS_MILLIS = 20
const memory = []
const ticking = name => `setInterval(() => require('fs').writeFileSync('/tmp/${name}', ''), ${TICKS_MILLIS})`

module.exports = async function (context, payload) {
  if (payload === 'plant') await plant()
  const found = []
  for (const kind of KINDS) if (await isThere(kind)) found.push(kind)
  return found
}

async function plant () {
  memory.push('planted')
  fs.writeFileSync('/tmp/file', 'planted')
  memory.push(new Worker(ticking('thread'), { eval: true }))
  setInterval(() => fs.writeFileSync('/tmp/timer', ''), TICKS_MILLIS)
  spawn(process.execPath, ['-e', ticking('child')], { detached: true, stdio: 'ignore' }).unref()
  await new Promise(resolve => memory.push(net.createServer().listen(7777, '127.0.0.1', resolve)))
  process.env.PLANTED = 'planted'
}

async function isThere (kind) {
  if (kind === 'memory') return memory.length > 0
  if (kind === 'file') return fs.existsSync('/tmp/file')
  if (kind === 'environment') return 'PLANTED' in process.env
  if (kind === 'socket') {
    return new Promise(resolve => {
      const end = net.connect(7777, '127.0.0.1', () => { end.destroy(); resolve(true) })
      end.on('error', () => resolve(false))
    })
  }
  return ticks('/tmp/' + kind)
}

async function ticks (path) {
  if (memory.length === 0 && !fs.existsSync(path)) return false // what was planted long ago has ticked by now
  fs.rmSync(path, { force: true })
  const until = Date.now() + 5000
  while (!fs.existsSync(path) && Date.now() < until) await new Promise(resolve => setTimeout(resolve, TICKS_MILLIS))
  return fs.existsSync(path)
}
