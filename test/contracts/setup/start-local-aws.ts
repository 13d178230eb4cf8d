import type { TestProject } from 'vitest/node';
import { describeFailure, LocalCloudFailure } from '../../../local/local-cloud-failure.ts';
import { startMinistack } from '../../../local/ministack.ts';
import { makeRunFolder } from '../../../local/run-folder.ts';
import { findVirtualEnvironment, makeVirtualEnvironment } from '../../../local/virtual-environment.ts';

declare module 'vitest' {
  interface ProvidedContext {
    localAws: { endpoint: string } | { missing: string };
  }
}

export const LOCAL_REGION = 'eu-west-1';
export const LOCAL_ACCOUNT = '000000000000';

/** Starts a local AWS without a deployed stack, within a second. Each test creates the resources that it needs. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { signal } = new AbortController();
  const folder = await makeRunFolder(new Date());
  try {
    const found = await findVirtualEnvironment();
    if (!found) console.log('Installing the local AWS, for the first time only.');
    const python = found ?? (await makeVirtualEnvironment({ env: process.env, folder, signal, onDetail: () => {} }));
    const start = { python, folder, region: LOCAL_REGION, account: LOCAL_ACCOUNT, signal };
    const { endpoint, stop } = await startMinistack(start);
    project.provide('localAws', { endpoint });
    return async () => {
      await stop();
      await folder.tidy();
    };
  } catch (error) {
    const missing = error instanceof LocalCloudFailure ? await describeFailure(error) : undefined;
    await folder.tidy();
    if (missing === undefined) throw error;
    // An error here would stop the other projects' tests too. The tests that need the local AWS report it themselves.
    project.provide('localAws', { missing });
    return async () => {};
  }
}
