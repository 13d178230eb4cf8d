import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';

type HttpHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2 | undefined>;

/**
 * One handler for several routes of the API. API Gateway has matched the path already: the event names its route.
 * @throws Error for a route that the function does not serve: then the stack routes calls to the wrong function
 */
export function routeHandler(handlers: Record<`${string} /v1/${string}`, HttpHandler>): HttpHandler {
  const byRoute = new Map(Object.entries(handlers));
  return async (event, context) => {
    const handler = byRoute.get(event.routeKey);
    if (!handler) throw new Error(`This function does not serve ${event.routeKey}, but the stack routes it here.`);
    return handler(event, context);
  };
}
