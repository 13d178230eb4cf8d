import { type SESClient, VerifyEmailIdentityCommand } from '@aws-sdk/client-ses';

/** SES sends mail only from an address that its owner has confirmed. A local SES takes the owner's word. */
export async function verifySender(client: SESClient, from: string): Promise<void> {
  const address = /<(?<address>[^>]+)>/.exec(from)?.groups?.address ?? from;
  await client.send(new VerifyEmailIdentityCommand({ EmailAddress: address }));
}
