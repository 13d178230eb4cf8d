import { type AnnouncementPolicy, announcementPolicyOf } from '../notifications/announcement-table.ts';
import type { Brand } from '../program/brand.ts';
import { compileProgram, type Program } from '../program/program.ts';

/** What decides a write of a member: the program, and the brand's policy of announcements. */
export interface Rules {
  program: Program;
  announcementPolicy: AnnouncementPolicy;
}

export function rulesOf(brand: Brand): Rules {
  return { program: compileProgram(brand), announcementPolicy: announcementPolicyOf(brand.notifications) };
}
