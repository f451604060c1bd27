/** Request and response shapes of the HTTP API: one schema validates, types and documents. The console takes types from here. */

export * from './audit.js';
export * from './chain.js';
export * from './completeness.js';
export * from './enrolment.js';
export * from './event.js';
export * from './exception.js';
export * from './host.js';
export * from './hunt.js';
export * from './intake.js';
export * from './list.js';
export * from './plugin.js';
export * from './problem.js';
export * from './process.js';
export * from './role.js';
export * from './rule.js';
export * from './sample.js';
export * from './scalar.js';
export * from './session.js';
export * from './statistics.js';
export * from './stream.js';
export * from './threat.js';
export * from './token.js';
export * from './user.js';
