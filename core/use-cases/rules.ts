import { type AnnouncementPolicy, announcementPolicyOf } from '../notifications/announcement-table.ts';
import type { Brand } from '../program/brand.ts';
import { compileProgram, type Program } from '../program/program.ts';

/** What a write of a member is decided by: the program, and whom the brand wants to hear of a change. */
export interface Rules {
  program: Program;
  announcementPolicy: AnnouncementPolicy;
}

export function rulesOf(brand: Brand): Rules {
  return { program: compileProgram(brand), announcementPolicy: announcementPolicyOf(brand.notifications) };
}
