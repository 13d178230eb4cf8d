import type { Brand } from '../../core/program/brand.ts';

/** The brand that a stack is made for. */
export interface DeployedBrand {
  /** What its file says, once nothing was found wrong with it. */
  readonly settings: Brand;
  /** Where that file lies: each function carries it in its bundle. */
  readonly file: string;
  /** Where the API answers, where a proxy stands before it, as on the local cloud. */
  readonly proxyUrl?: string | undefined;
  /** The tables that came back from a backup, as long as no stack owns them (decision 21). */
  readonly restored?: RestoredTables;
}

export interface RestoredTables {
  readonly points?: RestoredTable;
  readonly members?: RestoredTable;
}

export interface RestoredTable {
  readonly table: string;
  readonly streamArn: string;
}
