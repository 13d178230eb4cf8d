import { requirePrograms } from './required-programs.ts';

/** Runs before the first test that asks another program, so that one message names everything that is missing. */
export default function setup(): void {
  requirePrograms(['chromium', 'openssl', 'unzip']);
}
