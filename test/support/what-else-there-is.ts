import type { Reporter } from 'vitest/node';

const WHAT_ELSE = `
 npm test runs the tests that need no program beside Node, Python and Java. There is also:
   npm run test:browser      passes and pages, judged by Chromium, openssl and unzip
   npm run test:simulations  10,000 random histories under faults, and laws over random lives; about three minutes
   npm run check             all of these, with format, lint, types and the rules between rooms
   npm run e2e               the deployed stack on a local AWS, over HTTP
`;

/** Ends the report of `npm test` with the other commands. */
export default class WhatElseThereIs implements Reporter {
  onTestRunEnd(): void {
    console.log(WHAT_ELSE);
  }
}
