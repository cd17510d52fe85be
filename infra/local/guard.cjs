// Loaded into Azurite before its own code: when stdin ends, which it does however the worker ended, Azurite saves and exits.
'use strict';
const giveUpMilliseconds = 20_000;
const services = 3;

let closing = false;
let closed = 0;

// Azurite says on the console when a service has saved its rows. Connections that clients keep open would hold the process long after that.
const print = console.log;
console.log = (...words) => {
  print(...words);
  if (String(words[0]).endsWith('successfully closed') && ++closed === services) process.exit(0);
};

function close() {
  if (closing) return;
  closing = true;
  setTimeout(() => process.exit(1), giveUpMilliseconds).unref();
  // Azurite starts to listen for the word once all services are up.
  const ask = setInterval(() => {
    if (process.listenerCount('message') === 0) return;
    clearInterval(ask);
    process.emit('message', 'shutdown');
  }, 25);
}

process.stdin.once('end', close).once('close', close).once('error', close).resume();
