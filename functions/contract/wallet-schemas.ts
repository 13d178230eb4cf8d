/** What phones send, and what stands in the paths of their calls. */
import * as z from 'zod/mini';
import { DEVICE_ID, PUSH_TOKEN } from '../../core/wallet/device-bounds.ts';

export const registrationSchema = z.object({ pushToken: z.string().check(z.regex(PUSH_TOKEN)) });

export const phoneLogSchema = z.object({ logs: z.array(z.string()) });

export const updatedQuerySchema = z.object({ passesUpdatedSince: z.optional(z.string()) });

export const deviceIdSchema = z.string().check(z.regex(DEVICE_ID));
export const passTypeIdSchema = z.string();
export const serialNumberSchema = z.string();
export const linkTokenSchema = z.string();
