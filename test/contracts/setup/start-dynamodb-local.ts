import type { TestProject } from 'vitest/node';
import { JavaMissing, startDynamoDbLocal } from '../../../local/dynamodb-local.ts';

declare module 'vitest' {
  interface ProvidedContext {
    dynamoDb: { endpoint: string } | { missing: string };
  }
}

/** Runs before the first contract test; the returned function runs after the last, whether tests passed or not. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    const dynamoDb = await startDynamoDbLocal();
    project.provide('dynamoDb', { endpoint: dynamoDb.endpoint });
    return () => dynamoDb.stop();
  } catch (error) {
    if (!(error instanceof JavaMissing)) throw error;
    // An error here would stop the other projects' tests too. The tests that need Java report it themselves.
    project.provide('dynamoDb', { missing: error.message });
    return async () => {};
  }
}
