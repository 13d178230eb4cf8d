import { RemovalPolicy, type Resource, Tags } from 'aws-cdk-lib';

/**
 * Marks what a brand can't get back once it is gone: it outlives its stack, and its tag says so to whoever tidies up the account.
 * Its logical id must never change, as that would put an empty one in its place: `test/lib` pins it.
 */
export function keepForever(resource: Resource): void {
  resource.applyRemovalPolicy(RemovalPolicy.RETAIN);
  Tags.of(resource).add('laurel:stateful', 'true');
}
