/** Sets what the stack sets for a function, before anything reads it: what functions log here is what they log there. */
process.env.LOG_LEVEL = 'INFO';
process.env.POWERTOOLS_SERVICE_NAME = 'recalculate-tier';
process.env.POWERTOOLS_METRICS_NAMESPACE = 'Laurel';
for (const name of ['POWERTOOLS_DEV', 'POWERTOOLS_LOG_LEVEL', 'POWERTOOLS_METRICS_DISABLED']) delete process.env[name];
