/**
 * What simulated functions do. Each {@link io.cffs.test.sim.workload.Workload} is small, contended, and keeps an
 * invariant that any lost, doubled or half-seen commit breaks. Functions call a
 * {@link io.cffs.test.sim.workload.Files}, which is a transaction in the simulation; the same bodies could run on
 * anything that answers these calls.
 */
package io.cffs.test.sim.workload;
