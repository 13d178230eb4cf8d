import { existsSync } from 'node:fs';
import path from 'node:path';

interface Program {
  /** The Debian and Homebrew package. */
  packages: { debian: string; homebrew: string };
  find: () => string | undefined;
}

/** Each place where systems install Chromium or Chrome. */
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const CHROME_ON_MACOS = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

const PROGRAMS = {
  chromium: {
    packages: { debian: 'chromium fonts-liberation', homebrew: '--cask chromium' },
    find: () => {
      const named = [process.env.CHROMIUM, CHROME_ON_MACOS];
      return named.find((file) => file && existsSync(file)) ?? firstOnPath(BROWSERS);
    },
  },
  openssl: { packages: { debian: 'openssl', homebrew: 'openssl' }, find: () => firstOnPath(['openssl']) },
  unzip: { packages: { debian: 'unzip', homebrew: 'unzip' }, find: () => firstOnPath(['unzip']) },
} satisfies Record<string, Program>;

export type ProgramName = keyof typeof PROGRAMS;

function firstOnPath(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  return names
    .flatMap((name) => folders.flatMap((folder) => endings.map((ending) => path.join(folder, name + ending))))
    .find((file) => existsSync(file));
}

/**
 * Where a program lies.
 * @throws with the command that installs it
 */
export function placeOf(name: ProgramName): string {
  requirePrograms([name]);
  return PROGRAMS[name].find()!;
}

/** @throws with every program that is missing, and the commands that install them */
export function requirePrograms(names: readonly ProgramName[]): void {
  const missing = names.filter((name) => PROGRAMS[name].find() === undefined);
  if (missing.length === 0) return;
  const packages = missing.map((name) => PROGRAMS[name].packages);
  throw new Error(
    [
      `These tests need ${missing.join(' and ')}, which this machine does not have. Install:`,
      `  Debian, Ubuntu    sudo apt-get install -y ${packages.map(({ debian }) => debian).join(' ')}`,
      ...packages.map(({ homebrew }) => `  macOS             brew install ${homebrew}`),
      ...(missing.includes('chromium') ? ['Or name a browser that is installed elsewhere: CHROMIUM=/path/to/it'] : []),
    ].join('\n'),
  );
}
