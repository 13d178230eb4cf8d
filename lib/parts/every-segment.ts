import { Choice, Condition, JsonPath, Map as MapState, Pass, Result, Succeed } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { LaurelFunction } from './laurel-function.ts';
import { stepOf } from './run-machine.ts';

/** How many segments of a run are gone through at the same time. */
const SIDE_BY_SIDE = 8;

/**
 * The pages of each segment, until one says that it was the last. A page that fails for long is done once more with what can be done: its
 * other members are reported, and the pages behind it go on. If not even that succeeds, the run stands still.
 * @param worker does pages
 * @param runIdAt where the id of the run stands whose pages they are
 */
export function everySegment(scope: Construct, name: string, worker: LaurelFunction, runIdAt: string): MapState {
  const page = stepOf(scope, `${name}Page`, worker);
  const givenUp = stepOf(scope, `${name}PageGivenUp`, worker);
  const isDone = new Choice(scope, `Is${name}Done`)
    .when(Condition.booleanEquals('$.done', true), new Succeed(scope, `${name}SegmentDone`))
    .otherwise(page);
  const giveUp = new Pass(scope, `GiveUp${name}Page`, { result: Result.fromBoolean(true), resultPath: '$.givesUp' });
  page.addCatch(giveUp, { resultPath: '$.failure' });
  giveUp.next(givenUp).next(isDone);
  return new MapState(scope, `${name}Segments`, {
    itemsPath: '$.segments',
    itemSelector: {
      runId: JsonPath.stringAt(runIdAt),
      segment: JsonPath.objectAt('$$.Map.Item.Value'),
      page: 0,
    },
    maxConcurrency: SIDE_BY_SIDE,
    resultPath: JsonPath.DISCARD,
  }).itemProcessor(page.next(isDone));
}
