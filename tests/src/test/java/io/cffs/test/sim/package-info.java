/**
 * Deterministic simulation: several daemons and one backend in one thread of control, with simulated time, network and
 * disk, from one seed.
 *
 * <p>Real are the transaction, the POSIX operations, the invocation loop, the commit pipeline, the validator and the
 * applier. Simulated are the clock ({@link io.cffs.test.sim.Scheduler}), the network, the disk and the crashes. The
 * product's blocking code runs as {@link io.cffs.test.sim.Actor}s. Everything that clients observe goes into a
 * {@link io.cffs.test.history.History}, which the replay checker judges.
 *
 * <p>Two of them: {@link io.cffs.test.sim.Simulation} runs functions, {@link io.cffs.test.sim.MountSimulation} mounts
 * whose programs keep files open from one transaction to the next; a model of its own judges what those find.
 */
package io.cffs.test.sim;
