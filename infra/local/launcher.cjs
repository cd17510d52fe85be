// Starts Azurite in a session of its own and ends. Arguments: log file, working folder, then Azurite's own.
// Azurite inherits two pipes of the caller: stdin, whose end tells it to save and exit, and (as descriptor 3) stdout, whose end tells the caller that it has.
'use strict';
const { spawn } = require('node:child_process');
const { openSync } = require('node:fs');
const { join } = require('node:path');

const [logFile, folder, ...args] = process.argv.slice(2);
const log = openSync(logFile, 'w');
const azurite = join(__dirname, 'node_modules', 'azurite', 'dist', 'src', 'azurite.js');
const child = spawn(process.execPath, ['-r', join(__dirname, 'guard.cjs'), azurite, ...args], {
  cwd: folder,
  detached: true,
  windowsHide: true,
  stdio: ['inherit', log, log, 1],
});
child.once('error', error => {
  console.error(error.message);
  process.exitCode = 1;
});
child.once('spawn', () => {
  process.stdout.write(JSON.stringify({ pid: child.pid }) + '\n');
  child.unref();
});
