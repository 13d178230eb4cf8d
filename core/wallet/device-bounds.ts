/** Who has more has not taken the pass off old ones, or is no person. */
export const MAX_DEVICES = 20;

/** A family's tablet holds the passes of a few members. */
export const MAX_PASSES_OF_A_DEVICE = 50;

/** Apple's are 32 letters and digits; what is longer is not kept. */
export const DEVICE_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** In hexadecimal. Apple's have 64 digits, and Apple says that they may get longer. */
export const PUSH_TOKEN = /^(?:[0-9a-fA-F]{2}){16,100}$/;
