import { RemovalPolicy, type Resource, Tags } from 'aws-cdk-lib';

/**
 * Marks a resource that a brand cannot get back once it is deleted. The resource outlives its stack, and its tag tells whoever cleans up
 * the account. Its logical id must never change, because a new id creates an empty resource: `test/lib` pins the ids.
 */
export function retainOnDelete(resource: Resource): void {
  resource.applyRemovalPolicy(RemovalPolicy.RETAIN);
  Tags.of(resource).add('laurel:stateful', 'true');
}
