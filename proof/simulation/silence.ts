/** Silences the functions' logs and counts, which would hide the simulation's output and take half of its time. Imported first. */
process.env.LOG_LEVEL = 'SILENT';
process.env.POWERTOOLS_METRICS_DISABLED = 'true';
process.env.POWERTOOLS_SERVICE_NAME = 'simulation';
// A plain copy: each reading of the real one asks the system, and what counts asks it several times a call.
process.env = { ...process.env };
