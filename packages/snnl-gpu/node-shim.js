/**
 * Lets tfjs-node 4.22 run on Node 23 and newer, which dropped a function it calls:
 * `node --import snnl-gpu/node-shim app.mjs`.
 */
import util from 'node:util';

util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
