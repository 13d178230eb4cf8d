import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    assemblies: string;
  }
}

/** Makes one folder for all assemblies, and removes it after the last test. */
export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'laurel-assemblies-'));
  project.provide('assemblies', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
