import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Instant } from '../../core/time.ts';

/** An item that was written as the table's stream brings it. @param sequence its place in the stream; what is reported is named by it */
export function streamRecordOf(item: Record<string, unknown>, sequence: string, writtenAt: Instant): DynamoDBRecord {
  const NewImage = marshall(item, { removeUndefinedValues: true }) as NonNullable<
    DynamoDBRecord['dynamodb']
  >['NewImage'];
  return {
    eventName: 'INSERT',
    eventSource: 'aws:dynamodb',
    dynamodb: {
      Keys: { pk: NewImage!.pk!, sk: NewImage!.sk! },
      NewImage,
      SequenceNumber: sequence,
      ApproximateCreationDateTime: Math.floor(writtenAt / 1000),
      StreamViewType: 'NEW_IMAGE',
    },
  };
}
