/**
 * The host daemon: one process that serves the mounts of many functions, each one session and one transaction at a
 * time, on one backend connection, one block cache and one write buffer.
 *
 * <p>Clients speak with it through a small file system of its own, {@link io.cffs.daemon.host.ControlTree}: whoever
 * makes a file in {@code runs/} has begun a {@link io.cffs.daemon.host.HostRun}, writes commands into it, reads what to
 * do next from it, and has left when it is closed. {@link io.cffs.daemon.host.HostMounts} keeps the mounts; {@link
 * io.cffs.daemon.host.HostProcesses} ends what functions leave running. When to run again and when to give up is
 * decided by {@link io.cffs.daemon.session.InvocationLoop}, as everywhere. Where it is put together: the command
 * {@code cffs host}.
 */
package io.cffs.daemon.host;
