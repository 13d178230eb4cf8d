import type { TestProject } from 'vitest/node';
import { startLocalCloud } from '../../../local/local-cloud.ts';
import { describeFailure, LocalCloudFailure } from '../../../local/local-cloud-failure.ts';
import type { LocalCloudAddress } from '../../../local/observations.ts';
import { plainProgress } from '../../../local/progress.ts';
import { requirePrograms } from '../../support/required-programs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    localCloud: LocalCloudAddress;
  }
}

/** Deploys the stack once for all files of this project, and gives the tests its address. */
export default async function startOnce(project: TestProject): Promise<() => Promise<void>> {
  requirePrograms(['openssl', 'unzip']);
  const print = (line: string) => console.log(line);
  print('\nThe deployed tests need a local AWS with the stack of brands/demo.json:');
  // A cloud of its own, because text messages are only in its log, and no other process may write to its tables.
  const { AWS_ENDPOINT_URL: _, ...env } = process.env;
  const starting = startLocalCloud({ brand: 'demo', onProgress: plainProgress(print), env });
  const cloud = await starting.catch(async (error) => {
    throw error instanceof LocalCloudFailure ? new Error(await describeFailure(error), { cause: error }) : error;
  });
  print(`  It answers at ${cloud.address.url}; its logs are in ${cloud.logs}\n`);
  project.provide('localCloud', cloud.address);
  return cloud.stop;
}
