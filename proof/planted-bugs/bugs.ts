/** Slips that a person could make, one line each, in the code that is deployed; one, which is said, in a store that stands for DynamoDB. */
export interface PlantedBug {
  name: string;
  file: string;
  /** Each stands in the file exactly once. */
  edits: { from: string; to: string }[];
  /** The simulation has to find it within so many histories. */
  within: number;
}

const WITHIN = 2_000;

function bug(name: string, file: string, from: string, to: string, within = WITHIN): PlantedBug {
  return { name, file, edits: [{ from, to }], within };
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  bug(
    'What is older than the window is taken for new instead of looked up',
    'core/member/counted-window.ts',
    "entry.recordedAt > window.since ? 'new' : 'unknown'",
    "entry.recordedAt > window.since ? 'new' : 'new'",
  ),
  bug(
    'The window is too short: it forgets what it needs to remember, and does not say so',
    'core/member/counted-window.ts',
    'return { since, entries: newestFirst.filter((entry) => entry[1] > since) };',
    'return { since: window.since, entries: newestFirst.filter((entry) => entry[1] > since) };',
  ),
  bug(
    'The window’s start: `>=` for `>`',
    'core/member/counted-window.ts',
    'return entry.recordedAt > window.since',
    'return entry.recordedAt >= window.since',
  ),
  bug(
    'A conflict is taken for a success',
    'core/use-cases/write-member.ts',
    "if ((await ports.members.save(next.member, readVersion, records)) === 'conflict') continue;",
    'await ports.members.save(next.member, readVersion, records);',
  ),
  bug(
    'The version condition is dropped (in the store that stands for DynamoDB)',
    'fakes/memory-member-store.ts',
    "if (stored !== readVersion) return 'conflict';",
    "if (stored < 0) return 'conflict';",
  ),
  bug(
    'The change record is written outside the transaction',
    'core/use-cases/write-member.ts',
    "if ((await ports.members.save(next.member, readVersion, records)) === 'conflict') continue;",
    "if ((await ports.members.save(next.member, readVersion, [])) === 'conflict' || (await ports.members.save({ ...next.member, version: readVersion + 2 }, readVersion + 1, records)) === 'conflict') continue;",
  ),
  bug(
    'The refund’s cap is lost',
    'core/ledger/effect.ts',
    'const left = Math.max(0, amount - refunded);',
    'const left = amount - refunded;',
  ),
  bug(
    'A share of an order is rounded, not floored',
    'core/money.ts',
    'return Math.floor(product / denominator);',
    'return Math.round(product / denominator);',
  ),
  bug(
    'A refund counts in its own cycle, not in its order’s',
    'core/ledger/replay.ts',
    'at: Math.min(...order.purchases.map((purchase) => purchase.occurredAt)),',
    'at: entry.occurredAt,',
  ),
  bug(
    'An order that its refund waits for is counted like any other',
    'core/member/count-entries.ts',
    'if (member.tally.awaitsMany || member.tally.awaited.includes(entryKey(entry))) {',
    'if (member.tally.awaitsMany) {',
  ),
  bug(
    'A redemption takes tier points',
    'core/ledger/effect.ts',
    'return { points: 0, spendMinor: 0, balance: -(entry.points ?? 0), orders: 0, trackers };',
    'return { points: -(entry.points ?? 0), spendMinor: 0, balance: -(entry.points ?? 0), orders: 0, trackers };',
  ),
  {
    name: 'The claim is made after the message is sent',
    file: 'core/use-cases/send-notification.ts',
    edits: [
      {
        from: 'const claim = await ports.deliveries.claim(delivery, now);',
        to: 'await send();\n  const claim = await ports.deliveries.claim(delivery, now);',
      },
      { from: '  try {\n    await send();\n', to: '  try {\n' },
    ],
    within: WITHIN,
  },
  bug(
    'A claim is not given back when the message certainly did not leave',
    'core/use-cases/send-notification.ts',
    'if (!(error instanceof OutcomeUnknown)) await ports.deliveries.release(delivery);',
    '',
  ),
  bug(
    'Opt-outs are forgotten',
    'core/use-cases/send-notification.ts',
    "if (profile?.optOut.includes(channel)) return { status: 'notSent', because: 'opted out' };",
    '',
  ),
  bug(
    'An enrolment is told',
    'core/notifications/announcement-table.ts',
    "enrolment: { up: 'no', down: 'no' }",
    "enrolment: { up: 'yes', down: 'no' }",
  ),
  bug(
    'Exactly on the threshold: `>` for `>=`',
    'core/rules/qualification.ts',
    '>= condition.atLeast) met++;',
    '> condition.atLeast) met++;',
  ),
  bug(
    'Months are counted one by one, from a clamped day to the next',
    'core/actions/expiry.ts',
    'endOfGrant(day.add({ [unit]: amount }), program)',
    'endOfGrant(Array.from({ length: amount }).reduce<Day>((reached) => reached.add({ [unit]: 1 }), day), program)',
  ),
  bug(
    'The last day of a grant is a day short where days end at midnight',
    'core/actions/expiry.ts',
    "expiryBoundary === 'endOfDay' ? day.add({ days: 1 }) : day",
    "expiryBoundary === 'endOfDay' ? day : day",
  ),
  bug(
    'A grant lasts a millisecond too long: `<=` for `<`',
    'core/actions/grant.ts',
    'from <= at && at < until;',
    'from <= at && at <= until;',
  ),
  bug(
    'Of two grants of one tier the shorter is kept',
    'core/actions/grant.ts',
    'return endOf(other) > endOf(one) ||',
    'return endOf(other) < endOf(one) ||',
  ),
  bug(
    'The sweep’s bound is off by one: one part of the index is never asked',
    'functions/expire-tiers/make-handler.ts',
    'for (let shards = 0; shards < DUE_SHARDS; shards++) {',
    'for (let shards = 1; shards < DUE_SHARDS; shards++) {',
  ),
  bug(
    'At the end of a cycle current does not become what carry was',
    'core/rules/next-cycle.ts',
    '{ ...tally, previous: tally.current, current }',
    '{ ...tally, current }',
  ),
  bug(
    'A cycle that has begun for a member ends once more by a clock that is behind',
    'core/member/decision-moment.ts',
    'Math.max(now, member.tally.cycle.start, member.tier.since, member.welcome?.at ?? now)',
    'Math.max(now, member.welcome?.at ?? now)',
  ),
  bug(
    'The same id with other content is taken for a duplicate',
    'core/use-cases/record-transaction.ts',
    "sameContent(recording.entry, transaction) ? 'duplicate' : 'conflict'",
    "sameContent(recording.entry, transaction) ? 'duplicate' : 'duplicate'",
  ),
  {
    name: 'An action that was taken is taken again',
    file: 'core/use-cases/manage-tier.ts',
    edits: [{ from: '    if (before) {\n', to: '    if (before && member?.undecided) {\n' }],
    within: WITHIN,
  },
  bug(
    'A cap is lifted by the very transaction that fired it',
    'core/actions/decide-action.ts',
    'grant.reassessFrom = entry ? recordedAt + 1 : recordedAt;',
    'grant.reassessFrom = recordedAt;',
  ),
  {
    name: 'Who fails in a batch of the stream is not reported',
    file: 'functions/runtime/stream.ts',
    edits: [
      {
        from: "log.warn('A member could not be handled; it is tried again.', { memberId, error: error as Error });\n        failed.push(...records.map(({ sequenceNumber }) => sequenceNumber));",
        to: "log.warn('A member could not be handled; it is tried again.', { memberId, error: error as Error });",
      },
    ],
    within: WITHIN,
  },
  bug(
    'An end that passed unseen is not judged before what came after it',
    'core/member/count-entries.ts',
    "if (nextMoment(member) <= moment) return { kind: 'rebuildNeeded', because: 'something ended meanwhile' };",
    '',
  ),
  bug(
    'A renewal of a lower tier takes away one that is kept (a bug that the simulation found)',
    'core/member/decide-tier-change.ts',
    'if (decided.tier.rank < before.rank) return decided;',
    'if (context.taken || decided.tier.rank < before.rank) return decided;',
    20_000,
  ),
];
