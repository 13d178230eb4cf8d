import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context, DynamoDBRecord } from 'aws-lambda';
import type { LedgerEntry } from '../../core/ledger/transaction.ts';
import type { TierChange, TierNotice } from '../../core/member/tier-change.ts';
import type { PassImages, PassPackager } from '../../core/ports.ts';
import type {
  AuditSettings,
  NotificationSettings,
  ProgramFile,
  RecalculationSettings,
  ShopifySettings,
  WalletSettings,
} from '../../core/program/brand.ts';
import { type Instant, parseInstant } from '../../core/time.ts';
import type { AppleSettings } from '../../core/use-cases/draw-pass.ts';
import { rulesOf } from '../../core/use-cases/rules.ts';
import { type GoogleBrand, hasGoogleWallet } from '../../core/wallet/google-class.ts';
import { hasWallet } from '../../core/wallet/pass-content.ts';
import { MemoryDeliveryLog } from '../../fakes/memory-delivery-log.ts';
import { MemoryGooglePasses } from '../../fakes/memory-google-passes.ts';
import { MemoryGoogleWallet } from '../../fakes/memory-google-wallet.ts';
import { MemoryGroups } from '../../fakes/memory-groups.ts';
import { MemoryLedger } from '../../fakes/memory-ledger.ts';
import { MemoryMemberStore } from '../../fakes/memory-member-store.ts';
import { MemoryOrderFiles } from '../../fakes/memory-order-files.ts';
import { MemoryPassRegistrations } from '../../fakes/memory-pass-registrations.ts';
import { MemoryProfileStore } from '../../fakes/memory-profile-store.ts';
import { MemoryRunEngine } from '../../fakes/memory-run-engine.ts';
import { MemoryRuns } from '../../fakes/memory-runs.ts';
import { MemoryWakeUpTimers } from '../../fakes/memory-wake-up-timers.ts';
import { RecordingApplePush } from '../../fakes/recording-apple-push.ts';
import {
  RecordingAnnouncements,
  RecordingBus,
  RecordingMailer,
  RecordingPassRefreshes,
  RecordingTexter,
} from '../../fakes/recording-world.ts';
import { CmsPassSigner } from '../../functions/adapters/cms-pass-signer.ts';
import { itemOf } from '../../functions/adapters/dynamo-ledger.ts';
import { itemOfNews } from '../../functions/adapters/dynamo-member-store.ts';
import { HmacPassTokens } from '../../functions/adapters/hmac-pass-tokens.ts';
import { PkpassPress } from '../../functions/adapters/pkpass-press.ts';
import { makeHandler as makeAnnounceTierChange } from '../../functions/announce-tier-change/make-handler.ts';
import { makeHandler as makeAuditMembers } from '../../functions/audit-members/make-handler.ts';
import { makeHandler as makeChangeGroupTiers } from '../../functions/change-group-tiers/make-handler.ts';
import { makeHandler as makeEndCycle } from '../../functions/end-cycle/make-handler.ts';
import { makeHandler as makeEraseProfile } from '../../functions/erase-profile/make-handler.ts';
import { makeHandler as makeExpireTiers } from '../../functions/expire-tiers/make-handler.ts';
import { makeHandler as makeExplainTier } from '../../functions/explain-tier/make-handler.ts';
import { makeHandler as makeFinishAudit } from '../../functions/finish-audit/make-handler.ts';
import { makeHandler as makeFinishRecalculation } from '../../functions/finish-recalculation/make-handler.ts';
import { makeHandler as makeJoinGroup } from '../../functions/join-group/make-handler.ts';
import { makeHandler as makeLeaveGroup } from '../../functions/leave-group/make-handler.ts';
import { makeHandler as makeLinkGooglePass } from '../../functions/link-google-pass/make-handler.ts';
import { makeHandler as makeLinkPass } from '../../functions/link-pass/make-handler.ts';
import { makeHandler as makeListRunChanges } from '../../functions/list-run-changes/make-handler.ts';
import { makeHandler as makeListRunOutcomes } from '../../functions/list-run-outcomes/make-handler.ts';
import { makeHandler as makeListTierChanges } from '../../functions/list-tier-changes/make-handler.ts';
import { makeHandler as makeListTransactions } from '../../functions/list-transactions/make-handler.ts';
import { makeHandler as makeManageGroupTier } from '../../functions/manage-group-tier/make-handler.ts';
import { makeHandler as makeManageTier } from '../../functions/manage-tier/make-handler.ts';
import { makeHandler as makeOpenPassLink } from '../../functions/open-pass-link/make-handler.ts';
import { makeHandler as makePutMember } from '../../functions/put-member/make-handler.ts';
import { makeHandler as makeReadMember } from '../../functions/read-member/make-handler.ts';
import { makeHandler as makeReadPass } from '../../functions/read-pass/make-handler.ts';
import { makeHandler as makeReadProgram } from '../../functions/read-program/make-handler.ts';
import { makeHandler as makeReadRun } from '../../functions/read-run/make-handler.ts';
import {
  makeHandler as makeRecalculateCycle,
  type SegmentState,
} from '../../functions/recalculate-cycle/make-handler.ts';
import { makeHandler as makeRecalculateTier } from '../../functions/recalculate-tier/make-handler.ts';
import { makeHandler as makeReceiveShopifyOrder } from '../../functions/receive-shopify-order/make-handler.ts';
import { makeHandler as makeRecordTransaction } from '../../functions/record-transaction/make-handler.ts';
import { type ApiKey, newApiKey, type Role } from '../../functions/runtime/api-keys.ts';
import type { Parked } from '../../functions/runtime/stream.ts';
import { makeHandler as makeSendEmail } from '../../functions/send-email/make-handler.ts';
import { makeHandler as makeSendPush } from '../../functions/send-push/make-handler.ts';
import { makeHandler as makeSendSms } from '../../functions/send-sms/make-handler.ts';
import { CALLS, makeHandler as makeServeWallet } from '../../functions/serve-wallet/make-handler.ts';
import { makeHandler as makeStartAudit } from '../../functions/start-audit/make-handler.ts';
import { makeHandler as makeStartRecalculation } from '../../functions/start-recalculation/make-handler.ts';
import { makeHandler as makeUpdateGooglePass } from '../../functions/update-google-pass/make-handler.ts';
import { makeHandler as makeWeighPreview } from '../../functions/weigh-preview/make-handler.ts';
import { streamRecordOf } from '../../proof/simulation/stream-record.ts';
import { currentCertificates, EXAMPLE_APPLE } from './certificates.ts';
import { ExampleImages } from './images.ts';
import { exampleBrand, exampleWallet } from './program.ts';

export const SHOPIFY_SECRET = 'shpss_of_the_tests';

export interface Response {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is whatever the wire says; the contract test holds it to its schema
  body: any;
  headers: Record<string, string>;
}

/** How handlers reach what is behind a port: a test may put trouble in between. */
export type Reach = <Port extends object>(name: string, port: Port) => Port;

/**
 * The whole product in memory: the real handlers over the fakes, called with the events that AWS would send. Streams do not run by
 * themselves: a test takes their records and delivers them as it likes, or calls `deliver`.
 */
export function makeWorld(
  options: {
    program?: Partial<ProgramFile>;
    notifications?: Partial<NotificationSettings>;
    shopify?: ShopifySettings;
    recalculation?: RecalculationSettings;
    audit?: AuditSettings;
    wallet?: WalletSettings;
    now?: string;
    reach?: Reach;
  } = {},
) {
  const brand = exampleBrand(
    options.program,
    options.notifications,
    options.wallet ?? exampleWallet({}, options.program?.tiers),
  );
  const rules = rulesOf(brand);
  const { program } = rules;
  const googleBrand = hasWallet(brand) && hasGoogleWallet(brand) ? brand : undefined;

  let now: Instant = parseInstant(options.now ?? '2026-05-02T10:00:00Z')!;
  const clock = () => now;

  const ledgerStream: LedgerEntry[] = [];
  /** Changes and notices, as the members' stream brings them. */
  const changeStream: (TierChange | TierNotice)[] = [];
  const parked: Parked[] = [];
  const shopifySecrets = [SHOPIFY_SECRET];
  const keyTexts = {} as Record<Role, string>;
  const apiKeys: ApiKey[] = (['intake', 'read', 'admin'] as const).map((role) => {
    const { text, kept } = newApiKey(role, '2026-01-01T00:00:00Z');
    keyTexts[role] = text;
    return kept;
  });

  const ports = {
    ledger: new MemoryLedger((entry) => ledgerStream.push(entry)),
    members: new MemoryMemberStore((change) => changeStream.push(change)),
    timers: new MemoryWakeUpTimers(),
    groups: new MemoryGroups(),
    runs: new MemoryRuns(),
    engine: new MemoryRunEngine(),
    profiles: new MemoryProfileStore(),
    registrations: new MemoryPassRegistrations(),
    images: new ExampleImages() as PassImages,
    tokens: new HmacPassTokens(async () => 'the secret of the tests', EXAMPLE_APPLE.passTypeId),
    packager: new PkpassPress(new CmsPassSigner(currentCertificates)) as PassPackager,
    push: new RecordingApplePush(),
    deliveries: new MemoryDeliveryLog(),
    orderFiles: new MemoryOrderFiles(),
    bus: new RecordingBus(),
    announcements: new RecordingAnnouncements(),
    mailer: new RecordingMailer(),
    texter: new RecordingTexter(),
    googlePasses: new MemoryGooglePasses(),
    googleWallet: new MemoryGoogleWallet(),
    passRefreshes: new RecordingPassRefreshes(),
    keys: { read: async () => apiKeys },
    secrets: { read: async () => shopifySecrets },
    park: async (record: Parked) => void parked.push(record),
  };

  const { reach = (_name, port) => port } = options;
  const reached = Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [name, reach(name, port)]),
  ) as unknown as typeof ports;
  const settings = options.shopify ?? { countTax: true, countShipping: false };
  if (!hasWallet(brand)) throw new Error('The example brand has a wallet.');
  const apple: AppleSettings = { brand, program, apple: EXAMPLE_APPLE, url: 'https://laurel.example' };
  const serveWallet = makeServeWallet(reached, apple, clock);
  const handlers = {
    'PUT member': makePutMember(reached, rules, clock),
    'GET member': makeReadMember(reached, program, clock),
    'DELETE profile': makeEraseProfile(googleBrand ? { ...reached, google: reached } : reached, clock),
    'GET google-pass': makeLinkGooglePass(reached, googleBrand ?? (brand as GoogleBrand), program, clock),
    'POST transactions': makeRecordTransaction(reached, program, clock),
    'GET transactions': makeListTransactions(reached, clock),
    'GET tier-changes': makeListTierChanges(reached, clock),
    'GET explanation': makeExplainTier(reached, program, clock),
    'POST tier-actions': makeManageTier(reached, rules, clock),
    'PUT group member': makeJoinGroup(reached, clock),
    'DELETE group member': makeLeaveGroup(reached, clock),
    'POST group tier-actions': makeManageGroupTier(reached, clock),
    'GET run': makeReadRun(reached, clock),
    'GET run changes': makeListRunChanges(reached, clock),
    'GET run outcomes': makeListRunOutcomes(reached, clock),
    'POST recalculations': makeStartRecalculation(reached, program, options.recalculation ?? {}, randomUUID, clock),
    'GET program': makeReadProgram(reached, brand, program, clock),
    'GET pass': makeReadPass(reached, apple, clock),
    'GET pass-link': makeLinkPass(reached, apple, clock),
    'GET pass by link': makeOpenPassLink(reached, apple, clock),
    ...(Object.fromEntries(Object.values(CALLS).map((route) => [route, serveWallet])) as Record<
      (typeof CALLS)[keyof typeof CALLS],
      typeof serveWallet
    >),
    'POST shopify': makeReceiveShopifyOrder(reached, settings, program, clock),
  };
  const recalculateTier = makeRecalculateTier(reached, rules, clock);
  const expireTiers = makeExpireTiers(reached, rules, clock);
  const changeGroupTiers = makeChangeGroupTiers(reached, rules, clock);
  const endCycle = makeEndCycle(reached, program, options.recalculation ?? {}, clock);
  const recalculateCycle = makeRecalculateCycle(reached, rules, clock);
  const weighPreview = makeWeighPreview(reached, clock);
  const finishRecalculation = makeFinishRecalculation(reached, clock);
  const startAudit = makeStartAudit(reached, program, options.audit ?? {}, clock);
  const auditMembers = makeAuditMembers(reached, rules, clock, async () => {});
  const finishAudit = makeFinishAudit(reached, clock);
  const announceTierChange = makeAnnounceTierChange(reached, brand.notifications, clock);
  const sendEmail = makeSendEmail(reached, brand, program, clock);
  const sendPush = makeSendPush(reached, apple, clock);
  const sendSms = makeSendSms(reached, brand, program, clock);
  const updateGooglePass = googleBrand && makeUpdateGooglePass(reached, googleBrand, program, clock);

  async function call(
    name: keyof typeof handlers,
    request: {
      params?: Record<string, string>;
      query?: Record<string, string>;
      headers?: Record<string, string>;
      body?: unknown;
      rawBody?: string | Buffer;
      /** As the gateway sends what it does not take for text. */
      base64?: boolean;
      key?: Role | string;
    } = {},
  ): Promise<Response> {
    const { key = 'admin' } = request;
    const authorization = key in keyTexts ? `Bearer ${keyTexts[key as Role]}` : key;
    const text = request.rawBody ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
    const event = {
      routeKey: name,
      headers: { ...(authorization ? { Authorization: authorization } : {}), ...request.headers },
      pathParameters: request.params,
      queryStringParameters: request.query,
      body: request.base64 ? Buffer.from(text ?? '').toString('base64') : text?.toString(),
      isBase64Encoded: request.base64 ?? false,
    } as unknown as APIGatewayProxyEventV2;
    const handler = handlers[name] as (event: APIGatewayProxyEventV2, context: Context) => Promise<unknown>;
    const result = (await handler(event, {} as Context)) as APIGatewayProxyStructuredResultV2;
    return {
      status: result.statusCode ?? 0,
      body: bodyOf(result),
      headers: result.headers as Record<string, string>,
    };
  }

  const member = (memberId: string) => ({ params: { memberId } });

  /** Brings records of the ledger's stream to the recalculation, as one batch. */
  async function recalculate(entries: readonly LedgerEntry[]) {
    return recalculateTier({ Records: entries.map((entry) => streamRecord(itemOf(entry), entry.recordedAt)) });
  }

  async function announce(changes: readonly (TierChange | TierNotice)[]) {
    return announceTierChange({
      Records: changes.map((change) => streamRecord(itemOfNews(change), change.recordedAt)),
    });
  }

  /** A schedule or the sweep fires: every member due by now is updated. */
  async function wake(message: Record<string, unknown> = { sweep: true }) {
    return (await expireTiers({ Records: [queueRecord(message)] })).batchItemFailures;
  }

  /** Carries a run through all its pages, as the state machine does. */
  async function run(runId: string) {
    let state = await changeGroupTiers({ runId, after: '' });
    while (!state.done) state = await changeGroupTiers(state);
  }

  /** The steps of a recalculation, as the state machine takes them: pages of every segment, the brake, the end. */
  async function carry(runId: string) {
    const run = reached.engine.runs.get(runId);
    if (run?.kind !== 'recalculation') throw new Error(`The recalculation ${runId} was not started.`);
    const everySegment = async (id: string) => {
      for (const segment of run.segments) {
        let state: SegmentState = { runId: id, segment, page: 0 };
        do state = await recalculateCycle(state);
        while (!state.done);
      }
    };
    if (run.previewRunId !== undefined) {
      await everySegment(run.previewRunId);
      if (!(await weighPreview({ runId })).goesOn) return;
    }
    await everySegment(runId);
    await finishRecalculation({ runId });
  }

  /** The schedule of the night: the ids of the runs that it started, which are carried through. */
  async function night(): Promise<string[]> {
    const before = reached.engine.started.length;
    await endCycle({ Records: [queueRecord({ night: true })] });
    const runIds = reached.engine.started.slice(before);
    for (const runId of runIds) await carry(runId);
    return runIds;
  }

  /** The schedule of the audit fires: the run that it started is carried through, as the state machine does, and read. */
  async function audit() {
    await startAudit({ Records: [queueRecord({ audit: true })] });
    const runId = reached.engine.started.at(-1)!;
    const run = reached.engine.runs.get(runId);
    if (run?.kind !== 'audit') throw new Error(`The audit ${runId} was not started.`);
    for (const segment of run.segments) {
      let state: SegmentState = { runId, segment, page: 0 };
      do state = await auditMembers(state);
      while (!state.done);
    }
    await finishAudit({ runId });
    return (await call('GET run', { params: { runId } })).body;
  }

  /** Brings what was published to each channel's queue, as the topic's subscriptions would. */
  async function notify(published = ports.announcements.published.splice(0)) {
    const failures = [];
    for (const { change, channels } of published) {
      const event = { Records: [queueRecord(change)] };
      // Every change, announced or not.
      failures.push(...(await sendPush(event)).batchItemFailures);
      if (channels.includes('email')) failures.push(...(await sendEmail(event)).batchItemFailures);
      if (channels.includes('sms')) failures.push(...(await sendSms(event)).batchItemFailures);
      // This queue takes every change, told or not.
      if (updateGooglePass) failures.push(...(await updateGooglePass(event)).batchItemFailures);
    }
    return failures;
  }

  /** Delivers every pending record and message, once and in order. */
  async function deliver() {
    const { asked } = ports.passRefreshes;
    while (ledgerStream.length + changeStream.length + ports.announcements.published.length + asked.length > 0) {
      if (ledgerStream.length > 0) await recalculate(ledgerStream.splice(0));
      if (changeStream.length > 0) await announce(changeStream.splice(0));
      await notify();
      for (const refreshPassOf of asked.splice(0)) {
        await updateGooglePass?.({ Records: [queueRecord({ refreshPassOf })] });
      }
    }
  }

  return {
    brand,
    program,
    rules,
    ports,
    ledgerStream,
    changeStream,
    parked,
    apiKeys,
    keyTexts,
    shopifySecrets,
    call,
    recalculate,
    announce,
    wake,
    run,
    changeGroupTiers,
    endCycle,
    recalculateCycle,
    weighPreview,
    finishRecalculation,
    carry,
    night,
    audit,
    startAudit,
    auditMembers,
    finishAudit,
    notify,
    sendEmail,
    sendPush,
    sendSms,
    updateGooglePass,
    apple,
    deliver,
    now: () => now,
    /** Sets the clock. */
    at(moment: string) {
      now = parseInstant(moment)!;
    },
    pass(milliseconds: number) {
      now += milliseconds;
    },
    enrol: (memberId: string, body: Record<string, unknown> = {}) =>
      call('PUT member', {
        ...member(memberId),
        body: { email: `${memberId}@mail.example`, phone: '+34600000001', ...body },
      }),
    /** Posts a transaction; what is left out is a purchase that happens now. */
    post: (memberId: string, transaction: Record<string, unknown>) =>
      call('POST transactions', {
        ...member(memberId),
        body: { id: randomUUID(), type: 'purchase', occurredAt: new Date(now).toISOString(), ...transaction },
      }),
    /** Takes a tier action; what is left out is an upgrade by the name of `a-1`. */
    act: async (memberId: string, action: Record<string, unknown>) =>
      (
        await call('POST tier-actions', {
          ...member(memberId),
          body: { id: 'a-1', action: 'upgrade', strategy: { type: 'specific', tier: 'gold' }, ...action },
        })
      ).body,
    join: (groupId: string, memberId: string) => call('PUT group member', { params: { groupId, memberId } }),
    leave: (groupId: string, memberId: string) => call('DELETE group member', { params: { groupId, memberId } }),
    /** Takes a tier action on a group, and carries its run through. */
    async actOnGroup(groupId: string, action: Record<string, unknown>) {
      const body = { id: 'g-1', action: 'upgrade', strategy: { type: 'specific', tier: 'gold' }, ...action };
      const answer = await call('POST group tier-actions', { params: { groupId }, body });
      if (answer.status !== 202) return answer;
      const { runId } = answer.body;
      await run(runId);
      return call('GET run', { params: { runId } });
    },
    /** Starts a recalculation, carries it through, and reads its result. */
    async recalculateEveryone(body: Record<string, unknown> = {}) {
      const answer = await call('POST recalculations', { body });
      if (answer.status !== 202) return answer;
      const { runId } = answer.body;
      await carry(runId);
      return call('GET run', { params: { runId } });
    },
    read: async (memberId: string, at?: string) =>
      (await call('GET member', { ...member(memberId), ...(at ? { query: { at } } : {}) })).body,
    changes: async (memberId: string) => (await call('GET tier-changes', member(memberId))).body.items,
    explanation: async (memberId: string, at?: string) =>
      (await call('GET explanation', { ...member(memberId), ...(at ? { query: { at } } : {}) })).body,
  };
}

export type World = ReturnType<typeof makeWorld>;

/** Bytes for a binary body, JSON for every other body. */
function bodyOf({ body, isBase64Encoded }: APIGatewayProxyStructuredResultV2): unknown {
  if (!body) return undefined;
  return isBase64Encoded ? Buffer.from(body, 'base64') : JSON.parse(body);
}

let sequence = 0;

export function streamRecord(item: Record<string, unknown>, createdAt: Instant): DynamoDBRecord {
  return streamRecordOf(item, String(++sequence).padStart(21, '0'), createdAt);
}

export function queueRecord(message: unknown) {
  return { messageId: randomUUID(), body: JSON.stringify(message) } as never;
}
