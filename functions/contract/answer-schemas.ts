/** What answers look like: for the OpenAPI document, and for the tests that hold answers against it. */
import * as z from 'zod';
import { OUTCOMES } from '../../core/actions/action-record.ts';
import { TRANSACTION_TYPES } from '../../core/ledger/transaction.ts';
import { DRIFT_CAUSES, WAITING_CAUSES } from '../../core/member/audit/findings.ts';
import { CHANGE_CAUSES } from '../../core/member/change-cause.ts';
import { AUDIT_OUTCOMES } from '../../core/runs/run.ts';

const instantSchema = z.string().meta({ format: 'date-time', examples: ['2026-05-02T10:00:00Z'] });

const tierRefSchema = z.object({ id: z.string(), name: z.string(), rank: z.int() });

const conditionProgressSchema = z.object({ what: z.string(), have: z.number(), need: z.number(), missing: z.number() });

export const memberAnswerSchema = z.object({
  memberId: z.string(),
  enrolledAt: instantSchema,
  blocked: z.boolean(),
  tier: tierRefSchema.extend({
    since: instantSchema,
    expiresAt: instantSchema.nullable(),
    source: z.enum(['earned', 'floor', 'cap']),
  }),
  earnedTier: z.string(),
  points: z.object({ current: z.number(), carry: z.number(), lifetime: z.number(), balance: z.number() }),
  cycle: z.object({
    type: z.enum(['none', 'calendar', 'enrollment']),
    start: instantSchema.nullable(),
    end: instantSchema.nullable(),
  }),
  grants: z
    .array(
      z.object({
        id: z.string().meta({ description: 'The id of the action that gave it.' }),
        kind: z.enum(['floor', 'cap']),
        tier: z.string(),
        from: instantSchema,
        until: instantSchema.nullable(),
        reassess: z.boolean().optional(),
        promotion: z.string().optional(),
        transactionId: z.string().optional(),
      }),
    )
    .meta({ description: 'Those in force; the one that decides the tier comes first.' }),
  progress: z.object({
    next: z
      .object({
        tier: z.string(),
        missing: z.number().nullable().meta({ description: 'Tier points; null where points do not lead to the tier.' }),
        needed: z.int().meta({ description: 'How many of the conditions must hold.' }),
        conditions: z.array(conditionProgressSchema),
      })
      .nullable(),
    keep: z.object({ missing: z.number().nullable(), by: instantSchema }).nullable(),
    expectedAtCycleEnd: z.string(),
  }),
});

export const googlePassAnswerSchema = z.object({
  saveUrl: z.string().meta({
    format: 'uri',
    description: 'Where the member saves the pass to Google Wallet: for a button in a mail or on a page.',
  }),
});

export const passLinkAnswerSchema = z.object({ url: z.string().meta({ format: 'uri' }), expiresAt: instantSchema });

export const updatedPassesAnswerSchema = z.object({
  serialNumbers: z.array(z.string()),
  lastUpdated: z.string().meta({ description: 'To be sent back as passesUpdatedSince. Its text promises nothing.' }),
});

export const recordingAnswerSchema = z.object({ status: z.enum(['accepted', 'duplicate']) });

export const transactionAnswerSchema = z.object({
  id: z.string(),
  source: z.string(),
  type: z.enum(TRANSACTION_TYPES),
  orderId: z.string().optional(),
  points: z.int().optional(),
  amount: z.string().optional(),
  currency: z.string().optional(),
  exchangeRate: z.string().optional(),
  occurredAt: instantSchema,
  recordedAt: instantSchema,
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  excludeFromTier: z.boolean().optional(),
  reason: z.string().optional(),
});

export const transactionsAnswerSchema = z.object({
  items: z.array(transactionAnswerSchema),
  nextCursor: z.string().optional(),
});

export const tierChangesAnswerSchema = z.object({
  items: z.array(
    z.object({
      sequence: z.int(),
      from: tierRefSchema,
      to: tierRefSchema,
      direction: z.enum(['up', 'down']),
      cause: z.enum(CHANGE_CAUSES),
      occurredAt: instantSchema,
      recordedAt: instantSchema,
      expiresAt: instantSchema.nullable(),
      points: z.number(),
      announced: z.boolean(),
      programVersion: z.string(),
      runId: z.string().optional().meta({ description: 'The recalculation that made it.' }),
      actionId: z.string().optional(),
      promotion: z.string().optional(),
      transactionId: z.string().optional(),
    }),
  ),
  nextCursor: z.string().optional(),
});

export const actionAnswerSchema = z.object({
  outcome: z
    .enum(OUTCOMES)
    .meta({ description: 'APPLIED without another visible tier: it is stored, and shows once what is above it ends.' }),
  visibleTier: z.string().nullable().meta({ description: 'After the action; null where there is no such member.' }),
  until: instantSchema
    .nullable()
    .optional()
    .meta({ description: 'When what was given ends; null for good. Left out where nothing was given.' }),
  why: z.string().optional(),
});

export const runStartedAnswerSchema = z.object({ runId: z.string() });

const countsSchema = z.record(z.string(), z.int());

export const runAnswerSchema = z.object({
  runId: z.string(),
  kind: z.enum(['groupAction', 'recalculation', 'audit']),
  status: z.enum(['running', 'completed', 'failed', 'aborted']).meta({
    description:
      'Failed: it stands still until an operator redrives it. Aborted: a recalculation would have moved more members down than it may, ' +
      'and ended before its first write.',
  }),
  group: z.string().optional(),
  actionId: z.string().optional(),
  occasion: z
    .enum(['cycleEnd', 'request'])
    .optional()
    .meta({ description: 'What a recalculation is of: the end of a cycle, or everyone, as somebody asked for it.' }),
  at: instantSchema.optional().meta({ description: 'The moment by which a recalculation judges.' }),
  dryRun: z.boolean(),
  notify: z.boolean().optional(),
  abortWhenDown: z.number().optional(),
  previewRunId: z.string().optional().meta({ description: 'The dry run that goes before its first write.' }),
  previewOf: z.string().optional(),
  heal: z.boolean().optional().meta({ description: 'Whether an audit puts right what differs.' }),
  programVersion: z.string().optional().meta({ description: 'The rules that an audit judges by.' }),
  audit: z
    .object({
      provedEqual: z.int().meta({ description: 'Members whose every figure is what their ledger gives.' }),
      differing: z.int(),
      healed: z.int(),
      waiting: z.int().meta({ description: 'Not proved today, and nothing is wrong: their causes say why.' }),
      causes: countsSchema.meta({ description: 'How many members for which cause; a member may have several.' }),
    })
    .optional()
    .meta({ description: 'What an audit came to.' }),
  startedAt: instantSchema,
  finishedAt: instantSchema.optional(),
  total: z.int().optional().meta({ description: 'Known once every member was looked at.' }),
  processed: z.int(),
  up: z.int(),
  down: z.int(),
  unchanged: z.int(),
  failed: z.int(),
  matrix: z
    .record(z.string(), countsSchema)
    .meta({ description: 'How many went from which tier to which; of a recalculation also how many stayed.' }),
  outcomes: countsSchema.optional().meta({ description: 'How many came to which outcome.' }),
});

/** The figures by which a recalculation, or a dry run of one, moved a member. */
const moveFigures = {
  points: z
    .number()
    .optional()
    .meta({ description: 'Tier points by which the recalculation judged: points, or units of the currency.' }),
  missing: z
    .number()
    .nullable()
    .optional()
    .meta({
      description:
        'Of a member that fell: the tier points that were missing to keep the tier. Of one that rose: those missing to the next tier. ' +
        'Null where points do not lead to that tier.',
    }),
  missingFor: z.string().optional().meta({ description: 'The tier that "missing" is about.' }),
};

export const runChangesAnswerSchema = z.object({
  items: z.array(
    z.object({
      memberId: z.string(),
      from: z.string(),
      to: z.string(),
      cause: z.enum(CHANGE_CAUSES),
      ...moveFigures,
      why: z.string().optional().meta({ description: 'Why the tier moved, in words.' }),
    }),
  ),
  nextCursor: z.string().optional(),
});

export const runOutcomesAnswerSchema = z.object({
  items: z.array(
    actionAnswerSchema.extend({
      memberId: z.string(),
      ...moveFigures,
      outcome: z.enum([...OUTCOMES, 'MOVED', ...AUDIT_OUTCOMES, 'FAILED']).meta({
        description: 'DIFFERS, HEALED and WAITS are what an audit finds; a member that is proved is not listed.',
      }),
      differences: z
        .array(
          z.object({
            figure: z.string(),
            stored: z.string().meta({ description: 'As JSON, cut short.' }),
            ledger: z.string().meta({ description: 'What the ledger gives, as JSON, cut short.' }),
            cause: z.enum([...DRIFT_CAUSES, ...WAITING_CAUSES]),
          }),
        )
        .optional()
        .meta({ description: 'What an audit found, the first of many.' }),
    }),
  ),
  nextCursor: z.string().optional(),
});

export const explanationAnswerSchema = z.object({
  memberId: z.string(),
  at: instantSchema,
  summary: z.array(z.string()),
  member: memberAnswerSchema,
  conditions: z.array(conditionProgressSchema).meta({ description: 'What the visible tier asks for.' }),
  transactions: z.array(
    z.object({
      id: z.string(),
      source: z.string(),
      type: z.enum(TRANSACTION_TYPES),
      occurredAt: instantSchema,
      counted: z.boolean(),
      tierPoints: z.number(),
      cycle: z.enum(['current', 'previous', 'older']),
      why: z.string().optional(),
    }),
  ),
  actions: z
    .array(
      actionAnswerSchema.extend({
        id: z.string(),
        action: z.enum(['upgrade', 'downgrade', 'renew']),
        by: z.enum(['staff', 'group', 'promotion']),
        promotion: z.string().optional(),
        group: z.string().optional(),
        transactionId: z.string().optional(),
        reason: z.string().optional(),
        recordedAt: instantSchema,
        from: z.string().nullable(),
      }),
    )
    .meta({ description: 'What staff and promotions decided, the newest first.' }),
  omitted: z.int().meta({ description: 'Older transactions that were counted and are not listed.' }),
});

export const programAnswerSchema = z.object({
  version: z.string(),
  brand: z.string(),
  name: z.string(),
  timeZone: z.string(),
  currency: z.string(),
  basis: z.enum(['points', 'spend']),
  pointsPerUnit: z.number().optional(),
  cycle: z.object({ type: z.enum(['none', 'calendar', 'enrollment']), startsOn: z.string().optional() }),
  upgradeBasis: z.enum(['current', 'carry']),
  tiers: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      rank: z.int(),
      names: z.record(z.string(), z.string()).optional(),
      threshold: z.union([z.number(), z.string()]).optional().meta({
        description: 'As the brand wrote it: a number, or with basis "spend" also a decimal string such as "499.50".',
      }),
      multiplier: z.number().optional(),
      qualification: z.unknown().optional(),
    }),
  ),
  trackers: z.record(z.string(), z.unknown()).optional(),
  promotions: z.array(z.unknown()).optional(),
  expiryBoundary: z.enum(['startOfDay', 'endOfDay']),
  downgrade: z.object({
    timing: z.enum(['realtime', 'recalculation']),
    target: z.enum(['qualified', 'oneBelow', 'base']),
  }),
  reminders: z.object({ daysBefore: z.array(z.int()), notify: z.boolean() }),
});

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string(), code: z.string().optional() })).optional(),
  runId: z.string().optional().meta({ description: 'The run that is in the way.' }),
});
