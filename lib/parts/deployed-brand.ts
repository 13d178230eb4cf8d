import type { Brand } from '../../core/program/brand.ts';

/** The brand that a stack is made for. */
export interface DeployedBrand {
  /** What its file says, once nothing was found wrong with it. */
  readonly settings: Brand;
  /** Where that file lies: each function carries it in its bundle. */
  readonly file: string;
}
