import type { TestProject } from 'vitest/node';
import { JavaMissing, startDynamoDbLocal } from '../../../local/dynamodb-local.ts';

declare module 'vitest' {
  interface ProvidedContext {
    dynamoDb: { endpoint: string } | { missing: string };
  }
}

/** Runs before the first contract test; what it returns runs after the last, whether they passed or not. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    const dynamoDb = await startDynamoDbLocal();
    project.provide('dynamoDb', { endpoint: dynamoDb.endpoint });
    return () => dynamoDb.stop();
  } catch (error) {
    if (!(error instanceof JavaMissing)) throw error;
    // To throw here would keep the other projects' tests from running: those that need it say so themselves.
    project.provide('dynamoDb', { missing: error.message });
    return async () => {};
  }
}
