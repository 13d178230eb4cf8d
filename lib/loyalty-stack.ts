import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { compileProgram } from '../core/program/program.ts';
import { CycleRecalculation } from './cycle-recalculation.ts';
import { DriftAudit } from './drift-audit.ts';
import { GooglePasses } from './google-passes.ts';
import { LaurelHttpApi } from './http-api.ts';
import { MemberNotifications } from './member-notifications.ts';
import { Members } from './members.ts';
import { Monitoring } from './monitoring.ts';
import type { DeployedBrand } from './parts/deployed-brand.ts';
import { PointsLedger } from './points-ledger.ts';
import { Queries } from './queries.ts';
import { TierActions } from './tier-actions.ts';
import { TierAnnouncements } from './tier-announcements.ts';
import { TierClock } from './tier-clock.ts';
import { TierExpiry } from './tier-expiry.ts';
import { TierRecalculation } from './tier-recalculation.ts';
import { TransactionIntake } from './transaction-intake.ts';
import { WalletPasses } from './wallet-passes.ts';

export interface LoyaltyStackProps extends StackProps {
  readonly brand: DeployedBrand;
}

/** All that a brand runs. It only composes: what a part does is said in the part. */
export class LoyaltyStack extends Stack {
  constructor(scope: Construct, id: string, { brand, ...props }: LoyaltyStackProps) {
    super(scope, id, {
      description: `Laurel, the loyalty-tier engine of ${brand.settings.name}`,
      ...props,
    });

    // The ids FrontDoor and Watch are older than the names: the API keys' secret and the confirmed alarm topic hang on them.
    const httpApi = new LaurelHttpApi(this, 'FrontDoor', { brand });
    const ledger = new PointsLedger(this, 'PointsLedger', { brand });
    const clock = new TierClock(this, 'TierClock');
    const members = new Members(this, 'Members', { brand, httpApi, ledger, clock });
    const intake = new TransactionIntake(this, 'TransactionIntake', { brand, httpApi, ledger, members });
    const recalculation = new TierRecalculation(this, 'TierRecalculation', { brand, ledger, members, clock });
    const actions = new TierActions(this, 'TierActions', { brand, httpApi, ledger, members, clock });
    const expiry = new TierExpiry(this, 'TierExpiry', { brand, ledger, members, clock });
    const announcements = new TierAnnouncements(this, 'TierAnnouncements', { brand, members });
    const cycles = new CycleRecalculation(this, 'CycleRecalculation', {
      ...{ brand, httpApi, ledger, members, clock, announcements },
    });
    const audit = new DriftAudit(this, 'DriftAudit', { brand, ledger, members, clock, announcements });
    new Queries(this, 'Queries', { brand, httpApi, ledger, members, actions, cycles, audit });
    const notifications = new MemberNotifications(this, 'MemberNotifications', { brand, members, announcements });
    const googlePasses = brand.settings.wallet?.google
      ? new GooglePasses(this, 'GooglePasses', { brand, httpApi, ledger, members, announcements })
      : undefined;
    const passes = brand.settings.wallet?.apple
      ? new WalletPasses(this, 'WalletPasses', { brand, httpApi, ledger, members, announcements, clock })
      : undefined;
    const capabilities = [
      ...[intake, recalculation, announcements, notifications, httpApi, ledger, members],
      ...[actions, clock, expiry, cycles, audit, googlePasses, passes],
    ];
    new Monitoring(this, 'Watch', { brand, capabilities: capabilities.flatMap((each) => each?.monitored ?? []) });

    // What operators' commands and the local cloud need to find.
    const outputs = {
      ApiUrl: httpApi.url,
      ApiId: httpApi.api.apiId,
      PointsTable: ledger.table.tableName,
      MembersTable: members.table.tableName,
      PointsStream: ledger.table.tableStreamArn,
      MembersStream: members.table.tableStreamArn,
      ApiKeysSecret: httpApi.apiKeys.secretArn,
      ShopifySecret: intake.shopifySecret.secretArn,
      EventBus: announcements.bus.eventBusName,
      AnnouncementsTopic: announcements.topic.topicArn,
      ParkedTransactionsQueue: recalculation.recalculateTier.parked.queueUrl,
      ParkedTierChangesQueue: announcements.announceTierChange.parked.queueUrl,
      DueQueue: clock.due.queueUrl,
      DueDeadLetters: clock.deadLetters.queueUrl,
      ScheduleGroup: clock.groupName,
      ScheduleRole: clock.role.roleArn,
      GroupActionsStateMachine: actions.runs.machine.stateMachineArn,
      RecalculationsStateMachine: cycles.runs.machine.stateMachineArn,
      NightDeadLetters: cycles.nightly?.deadLetters.queueUrl,
      AuditsStateMachine: audit.runs.machine.stateMachineArn,
      AuditsQueue: audit.recurring?.audits.queueUrl,
      AuditDeadLetters: audit.recurring?.deadLetters.queueUrl,
      EmailQueue: notifications.email?.queue.queueUrl,
      EmailDeadLetters: notifications.email?.deadLetters.queueUrl,
      SmsQueue: notifications.sms?.queue.queueUrl,
      SmsDeadLetters: notifications.sms?.deadLetters.queueUrl,
      GoogleKeySecret: googlePasses?.key.secretArn,
      GooglePassQueue: googlePasses?.queue.queueUrl,
      GooglePassDeadLetters: googlePasses?.deadLetters.queueUrl,
      PassCertificatesSecret: passes?.certificates.secretArn,
      PushQueue: passes?.queue.queueUrl,
      PushDeadLetters: passes?.deadLetters.queueUrl,
      // What the functions count by: a command that counts by another file would spoil what they wrote.
      ProgramVersion: compileProgram(brand.settings).version,
    };
    for (const [name, value] of Object.entries(outputs)) if (value) new CfnOutput(this, name, { value });
  }
}
