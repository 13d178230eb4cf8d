import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Instant } from '../../core/time.ts';

/** The secret is read again after this long, so that a revoked key stops working within a minute. */
const FRESH_MS = 60_000;

/** A JSON document in Secrets Manager, cached between calls. It never reaches a log or an environment variable. */
export class SecretDocument<T> {
  readonly #client: SecretsManagerClient;
  readonly #secret: string;
  readonly #parse: (document: unknown) => T;
  #kept: { document: T; at: Instant } | undefined;

  constructor(
    secret: string,
    parse: (document: unknown) => T,
    client: SecretsManagerClient = new SecretsManagerClient(),
  ) {
    this.#client = client;
    this.#secret = secret;
    this.#parse = parse;
  }

  /** @param atLeastAsFreshAs reads the secret again if the cached document is older */
  async read(now: Instant, atLeastAsFreshAs: Instant = now - FRESH_MS): Promise<T> {
    if (!this.#kept || this.#kept.at < atLeastAsFreshAs) {
      const { SecretString } = await this.#client.send(new GetSecretValueCommand({ SecretId: this.#secret }));
      this.#kept = { document: this.#parse(JSON.parse(SecretString ?? 'null')), at: now };
    }
    return this.#kept.document;
  }
}
