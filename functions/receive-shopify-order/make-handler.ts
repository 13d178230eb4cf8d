import type { Ledger, MemberStore, OrderFiles } from '../../core/ports.ts';
import type { ShopifySettings } from '../../core/program/brand.ts';
import type { Program } from '../../core/program/program.ts';
import type { Instant } from '../../core/time.ts';
import { recordOrder } from '../../core/use-cases/record-order.ts';
import { count } from '../metrics.ts';
import { httpHandler, MAX_WEBHOOK_BYTES } from '../runtime/http.ts';
import { log } from '../runtime/log.ts';
import { Problem } from '../runtime/problem.ts';
import { parseShopifyJson, readReport } from './request.ts';
import { isSignedBy } from './signature.ts';

const COUNTED_AS = {
  accepted: 'TransactionAccepted',
  duplicate: 'TransactionDuplicate',
  conflict: 'TransactionConflict',
} as const;

export function makeHandler(
  ports: {
    ledger: Ledger;
    members: MemberStore;
    orderFiles: OrderFiles;
    secrets: { read(now: Instant): Promise<string[]> };
  },
  settings: ShopifySettings,
  program: Program,
  clock?: () => number,
) {
  return httpHandler(
    'public',
    async ({ rawBody, headers, now }) => {
      if (!isSignedBy(await ports.secrets.read(now), rawBody, headers['x-shopify-hmac-sha256'])) {
        throw new Problem(401, "The signature X-Shopify-Hmac-Sha256 does not fit the body and the app's secret.");
      }
      let body: unknown;
      try {
        body = parseShopifyJson(rawBody.toString('utf8'));
      } catch {
        throw new Problem(400, 'The body is not JSON.');
      }
      const report = readReport(body, settings, program);
      if (!report) return { status: 202, body: { status: 'ignored' } };
      const { memberId, recordings } = await recordOrder(ports, program, report, now);
      for (const { status } of recordings) count(COUNTED_AS[status]);
      log.info('An order of Shopify was taken', {
        orderId: report.orderId,
        memberId: memberId ?? 'none yet',
        recordings: recordings.map(({ status }) => status),
      });
      return { status: 202, body: { status: 'accepted' } };
    },
    clock,
    { maxBodyBytes: MAX_WEBHOOK_BYTES, countRefusal: () => count('WebhookRefused') },
  );
}
