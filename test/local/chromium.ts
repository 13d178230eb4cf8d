import { type Browser, chromium } from 'playwright-core';
import { placeOf } from '../support/required-programs.ts';

/** @throws where there is no Chromium, with the command that installs it */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: placeOf('chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}
