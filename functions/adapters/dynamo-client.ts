import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A call that hangs would hang everybody who waits behind it. It is tried again, and every write has a condition. */
const TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 8_000, throwOnRequestTimeout: true };

/** One client for a function's whole life. */
export function dynamoClient(config: DynamoDBClientConfig = {}): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler: TIMEOUTS, ...config }), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

/** Whether a conditional write lost: against the condition, or against another transaction on the same item. */
export function isLostCondition(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'ConditionalCheckFailedException' || error.name === 'TransactionConflictException') return true;
  if (error.name !== 'TransactionCanceledException') return false;
  const reasons = (error as Error & { CancellationReasons?: { Code?: string }[] }).CancellationReasons ?? [];
  const codes = reasons.map(({ Code }) => Code).filter((code) => code !== undefined && code !== 'None');
  return codes.length > 0 && codes.every((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict');
}
